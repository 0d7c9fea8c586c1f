import { blendColors, paintColors, paintGray } from "./paint";
import { copySlice, sliceGeometry, type Plane } from "./plane";
import { sampleSlice } from "../volume/sample";
import type { View } from "./view";

/** The picture of one slice, voxel by voxel, painted again only when something in it changed. */
export class SliceImage {
  readonly canvas = document.createElement("canvas");
  private readonly context: CanvasRenderingContext2D;
  private readonly image: ImageData;
  private readonly pixels: Uint32Array;
  private readonly ct: Float32Array;
  private readonly pet: Float32Array;
  readonly dose: Float32Array;
  private index = -1;
  private painted = "";

  constructor(
    private readonly view: View,
    private readonly plane: Plane,
  ) {
    const nu = view.space.size[plane.u];
    const nv = view.space.size[plane.v];
    this.canvas.width = nu;
    this.canvas.height = nv;
    this.context = this.canvas.getContext("2d", { alpha: false })!;
    this.image = this.context.createImageData(nu, nv);
    this.pixels = new Uint32Array(this.image.data.buffer);
    const { ct, pet, dose } = view.images;
    this.ct = new Float32Array(ct ? nu * nv : 0);
    this.pet = new Float32Array(pet ? nu * nv : 0);
    this.dose = new Float32Array(dose ? nu * nv : 0);
  }

  update(index: number): void {
    const { display } = this.view;
    const key = JSON.stringify([index, display.window, display.ct, display.pet, display.dose]);
    if (key === this.painted) return;
    if (index !== this.index) this.fetch(index);
    this.painted = key;
    this.paint();
    this.context.putImageData(this.image, 0, 0);
  }

  private fetch(index: number): void {
    const { images, maps, space } = this.view;
    const slice = sliceGeometry(this.plane, space.size, index);
    if (images.ct) copySlice(images.ct.values, space.size, this.plane, index, this.ct);
    if (images.pet) sampleSlice(images.pet, maps.pet!, slice, this.pet, 0);
    if (images.dose) sampleSlice(images.dose, maps.dose!, slice, this.dose, 0);
    this.index = index;
  }

  private paint(): void {
    const { display, images } = this.view;
    const { pet, dose } = display;
    const petShown = images.pet !== undefined && pet.visible;
    if (display.ct && images.ct) {
      paintGray(this.ct, display.window, this.pixels);
      if (petShown) blendColors(this.pet, pet.range, pet.map, pet.opacity, this.pixels);
    } else if (petShown) {
      paintColors(this.pet, pet.range, pet.map, this.pixels);
    } else {
      this.pixels.fill(0xff000000);
    }
    if (images.dose && dose.visible && dose.wash) {
      blendColors(this.dose, dose.range, "rainbow", dose.opacity, this.pixels);
    }
  }
}
