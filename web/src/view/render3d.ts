import { h } from "../ui/dom";
import { note } from "../ui/toast";
import type { Vec3 } from "../api/types";
import { LABELS, type Layer } from "./layer";
import type { Niivue } from "./niivue";
import type { View } from "./view";

const EDGE = 160;

const OPTIONS = {
  isResizeCanvas: true,
  dragAndDropEnabled: false,
  show3Dcrosshair: false,
  isColorbar: false,
  isOrientCube: true,
  backColor: [0.03, 0.04, 0.06, 1] as [number, number, number, number],
  logLevel: "error" as const,
};

/**
 * Volume rendering by NiiVue of CT bone and body, PET, and the first visible layer, on a reduced grid. NiiVue is
 * loaded when this is first asked for. The planes are drawn without it: without a graphics card each of its frames
 * takes a second on a full CT, and each change of the window nine.
 */
export class Render3d {
  readonly element: HTMLElement;
  private readonly canvas = h("canvas", { tabindex: 0, role: "img", "aria-label": "3D rendering" });
  private readonly message = h("div", { class: "corner slice-label" }, "3D · loading");
  private viewer: Niivue | null = null;
  private shown = "";

  constructor(private readonly view: View) {
    this.element = h("div", { class: "viewport", "data-plane": "3d" }, this.canvas, this.message);
  }

  /** Draws what there is now; contours that were changed since are drawn anew. */
  async start(): Promise<void> {
    const layer = this.layer();
    const state = `${layer?.id} ${layer?.revision}`;
    if (state === this.shown) return;
    this.shown = state;
    this.message.textContent = "3D · loading";
    try {
      await this.draw(layer);
      this.message.textContent = "3D · drag turns";
    } catch (error) {
      this.message.textContent = "3D needs WebGL2, which this browser does not offer";
      note(error instanceof Error ? error.message : String(error), "warning");
    }
  }

  close(): void {
    this.viewer?.gl.getExtension("WEBGL_lose_context")?.loseContext();
    this.viewer = null;
  }

  /** What one drew oneself, else the first layer that is seen. */
  private layer(): Layer | undefined {
    return (
      this.view.layers.find((each) => each.visible && each.id === "annotated") ??
      this.view.layers.find((each) => each.visible)
    );
  }

  private async draw(layer: Layer | undefined): Promise<void> {
    const { Niivue, NVImage } = await import("./niivue");
    if (!this.viewer) {
      this.viewer = new Niivue(OPTIONS);
      await this.viewer.attachToCanvas(this.canvas);
    }
    const viewer = this.viewer;
    for (const volume of [...viewer.volumes].reverse()) viewer.removeVolume(volume);
    const { ct, pet } = this.view.images;
    const { low, high } = this.view.display.pet.range;
    const add = async (name: string, bytes: ArrayBuffer, map: string, from: number, to: number, opacity: number) =>
      viewer.addVolume(
        await NVImage.new(
          bytes,
          `${name}.nii`,
          map,
          opacity,
          null,
          from,
          to,
          true,
          0.02,
          false,
          false,
          "",
          0,
          undefined as never,
          NaN,
          NaN,
          false,
          null,
          0,
          null,
        ),
      );
    if (ct)
      await add(
        "ct",
        this.reduced((voxel) => this.view.value("ct", voxel) ?? -1024),
        "gray",
        150,
        650,
        1,
      );
    if (pet)
      await add(
        "pet",
        this.reduced((voxel) => this.view.value("pet", voxel) ?? 0),
        "hot",
        Math.max(low, 2),
        high,
        0.6,
      );
    for (const { value, name, color } of layer ? LABELS : []) {
      viewer.addColormap(name, colorRamp(color));
      const inside = (voxel: Vec3) => (layer!.labels[this.view.space.index(voxel)] === value ? 1 : 0);
      await add(name, this.reduced(inside), name, 0.3, 1, 0.9);
    }
    viewer.setSliceType(viewer.sliceTypeRender);
    viewer.setRenderAzimuthElevation(150, 10);
  }

  /** A NIfTI file of the reference grid with every n-th voxel, at most EDGE along each side. */
  private reduced(value: (voxel: Vec3) => number): ArrayBuffer {
    const { space } = this.view;
    const step = space.size.map((n) => Math.ceil(n / EDGE)) as Vec3;
    const size = space.size.map((n, axis) => Math.ceil(n / step[axis]!)) as Vec3;
    const buffer = new ArrayBuffer(352 + 4 * size[0] * size[1] * size[2]);
    writeHeader(new DataView(buffer), size, step, space.spacing, space.affine);
    const values = new Float32Array(buffer, 352);
    let at = 0;
    for (let k = 0; k < size[2]; k++) {
      for (let j = 0; j < size[1]; j++) {
        for (let i = 0; i < size[0]; i++) values[at++] = value([i * step[0], j * step[1], k * step[2]]);
      }
    }
    return buffer;
  }
}

function writeHeader(header: DataView, size: Vec3, step: Vec3, spacing: Vec3, affine: readonly number[]): void {
  header.setInt32(0, 348, true);
  [3, ...size, 1, 1, 1, 1].forEach((n, at) => header.setInt16(40 + 2 * at, n, true));
  header.setInt16(70, 16, true);
  header.setInt16(72, 32, true);
  header.setFloat32(76, 1, true);
  spacing.forEach((mm, axis) => header.setFloat32(80 + 4 * axis, mm * step[axis]!, true));
  header.setFloat32(108, 352, true);
  header.setFloat32(112, 1, true);
  header.setUint8(123, 2);
  header.setInt16(254, 1, true);
  affine.forEach((n, at) => header.setFloat32(280 + 4 * at, at % 4 === 3 ? n : n * step[at % 4]!, true));
  [0x6e, 0x2b, 0x31, 0].forEach((byte, at) => header.setUint8(344 + at, byte));
}

function colorRamp(color: string) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)) as Vec3;
  return { R: [0, r, r], G: [0, g, g], B: [0, b, b], A: [0, 90, 160], I: [0, 120, 255] };
}
