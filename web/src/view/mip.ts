import { h } from "../ui/dom";
import type { Vec3 } from "../api/types";
import { apply, inverse, spacingOf } from "../volume/affine";
import type { Volume } from "../volume/nifti";
import { paintGray } from "./paint";
import type { View } from "./view";

const LIMIT = 176;

/** PET's maximum intensity projection, turned about the body's axis; a click goes to the maximum under it. */
export class Mip {
  readonly element: HTMLElement;
  private readonly canvas: HTMLCanvasElement;
  private readonly small: Volume;
  private readonly frame: HTMLCanvasElement = document.createElement("canvas");
  private readonly sides = [
    h("span", { class: "side left", "aria-hidden": "true" }),
    h("span", { class: "side right", "aria-hidden": "true" }),
  ];
  private angle = 0;
  private depth = new Int32Array(0);
  private scheduled = false;
  private key = "";

  constructor(
    private readonly view: View,
    pet: Volume,
  ) {
    this.small = reduce(pet);
    const [nx, ny, nz] = this.small.size;
    this.frame.width = Math.ceil(Math.hypot(nx, ny));
    this.frame.height = nz;
    this.canvas = h("canvas", { tabindex: 0, role: "img", "aria-label": "PET maximum intensity projection" });
    this.element = h(
      "div",
      { class: "viewport", "data-plane": "mip" },
      this.canvas,
      h("div", { class: "corner slice-label" }, "PET MIP · drag turns, click goes there"),
      ...this.sides,
    );
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.element);
    view.on(["cursor", "display"], () => this.draw());
  }

  draw(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.render();
    });
  }

  private listen(): void {
    let last: number | null = null;
    let moved = 0;
    this.canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      last = event.offsetX;
      moved = 0;
      this.canvas.setPointerCapture(event.pointerId);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (last === null) return;
      moved += Math.abs(event.offsetX - last);
      this.turn((event.offsetX - last) * 0.01);
      last = event.offsetX;
    });
    this.canvas.addEventListener("pointerup", (event) => {
      if (last !== null && moved < 4) this.pick(event.offsetX, event.offsetY);
      last = null;
    });
    this.canvas.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
        this.turn(event.key === "ArrowLeft" ? -0.15 : 0.15);
        event.preventDefault();
        event.stopPropagation();
      }
    });
  }

  private turn(by: number): void {
    this.angle += by;
    this.draw();
  }

  /** Pixels per projected step and per slice, so that millimetres are equal both ways. */
  private place(): { su: number; sv: number; x: number; y: number } {
    const spacing = spacingOf(this.small.affine);
    const { width: nu, height: nv } = this.frame;
    const step = Math.min(spacing[0], spacing[1]);
    const fit = Math.min(this.canvas.clientWidth / (nu * step), this.canvas.clientHeight / (nv * spacing[2]));
    const su = fit * step;
    const sv = fit * spacing[2];
    return { su, sv, x: this.canvas.clientWidth / 2 + (nu * su) / 2, y: this.canvas.clientHeight / 2 + (nv * sv) / 2 };
  }

  private render(): void {
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.project();
    const context = this.canvas.getContext("2d", { alpha: false })!;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
    this.letter();
    const { su, sv, x, y } = this.place();
    context.save();
    context.imageSmoothingEnabled = true;
    context.transform(-su, 0, 0, -sv, x, y);
    context.drawImage(this.frame, 0, 0);
    context.restore();
    const [u, v] = this.projected(apply(inverse(this.small.affine), this.view.space.position(this.view.cursor)));
    context.strokeStyle = "#d3006b";
    context.lineWidth = 1.5;
    const [cx, cy] = [x - (u + 0.5) * su, y - (v + 0.5) * sv];
    context.beginPath();
    context.arc(cx, cy, 9, 0, 2 * Math.PI);
    context.stroke();
  }

  /** Which side of the patient is left and right on the screen, where u grows to the left. */
  private letter(): void {
    const [cos, sin] = [Math.cos(this.angle), Math.sin(this.angle)];
    const { affine } = this.small;
    // the direction of growing u in the patient (RAS), from the PET's own axes
    const along = [0, 1].map((row) => affine[4 * row]! * cos + affine[4 * row + 1]! * sin);
    const of = (sign: number) => {
      const [x, y] = along.map((each) => sign * each) as [number, number];
      return Math.abs(x) >= Math.abs(y) ? (x > 0 ? "R" : "L") : y > 0 ? "A" : "P";
    };
    this.sides[0]!.textContent = of(1);
    this.sides[1]!.textContent = of(-1);
  }

  private projected(voxel: Vec3): [number, number] {
    const [nx, ny] = this.small.size;
    const spacing = spacingOf(this.small.affine);
    const x = (voxel[0] - (nx - 1) / 2) * spacing[0];
    const y = (voxel[1] - (ny - 1) / 2) * spacing[1];
    const step = Math.min(spacing[0], spacing[1]);
    const u = (x * Math.cos(this.angle) + y * Math.sin(this.angle)) / step;
    return [u + (this.frame.width - 1) / 2, voxel[2]];
  }

  private project(): void {
    const { range } = this.view.display.pet;
    const key = `${this.angle} ${range.low} ${range.high}`;
    if (key === this.key) return;
    this.key = key;
    const { width: nu, height: nv } = this.frame;
    const found = new Float32Array(nu * nv);
    this.depth = new Int32Array(nu * nv);
    this.cast(found);
    const context = this.frame.getContext("2d")!;
    const image = context.createImageData(nu, nv);
    paintGray(found, range, new Uint32Array(image.data.buffer), true);
    context.putImageData(image, 0, 0);
  }

  private cast(found: Float32Array): void {
    const { size, values, affine } = this.small;
    const [nx, ny, nz] = size;
    const spacing = spacingOf(affine);
    const step = Math.min(spacing[0], spacing[1]);
    const { width: nu } = this.frame;
    const [cos, sin] = [Math.cos(this.angle), Math.sin(this.angle)];
    for (let u = 0; u < nu; u++) {
      const across = (u - (nu - 1) / 2) * step;
      for (let t = 0; t < nu; t++) {
        const along = (t - (nu - 1) / 2) * step;
        const i = Math.round((across * cos - along * sin) / spacing[0] + (nx - 1) / 2);
        const j = Math.round((across * sin + along * cos) / spacing[1] + (ny - 1) / 2);
        if (i < 0 || j < 0 || i >= nx || j >= ny) continue;
        const column = i + nx * j;
        for (let k = 0; k < nz; k++) {
          const value = values[column + nx * ny * k]!;
          if (value > found[u + nu * k]!) {
            found[u + nu * k] = value;
            this.depth[u + nu * k] = column;
          }
        }
      }
    }
  }

  private pick(px: number, py: number): void {
    const { su, sv, x, y } = this.place();
    const u = Math.floor((x - px) / su);
    const k = Math.floor((y - py) / sv);
    const [nx] = this.small.size;
    if (u < 0 || k < 0 || u >= this.frame.width || k >= this.frame.height) return;
    const column = this.depth[u + this.frame.width * k]!;
    const position = apply(this.small.affine, [column % nx, Math.floor(column / nx), k]);
    this.view.jumpTo(apply(this.view.space.inverse, position));
  }
}

/** Maxima of blocks, so that turning stays quick on large PET images. */
function reduce(pet: Volume): Volume {
  const factor = pet.size.map((n) => Math.ceil(n / LIMIT)) as Vec3;
  if (factor.every((each) => each === 1)) return pet;
  const size = pet.size.map((n, axis) => Math.floor(n / factor[axis]!)) as Vec3;
  const values = new Float32Array(size[0] * size[1] * size[2]);
  for (let k = 0; k < size[2] * factor[2]; k++) {
    for (let j = 0; j < size[1] * factor[1]; j++) {
      const row = size[0] * (Math.floor(j / factor[1]) + size[1] * Math.floor(k / factor[2]));
      const source = pet.size[0] * (j + pet.size[1] * k);
      for (let i = 0; i < size[0] * factor[0]; i++) {
        const target = row + Math.floor(i / factor[0]);
        const value = pet.values[source + i]!;
        if (value > values[target]!) values[target] = value;
      }
    }
  }
  const shift = factor.map((each) => (each - 1) / 2);
  const affine = [0, 1, 2].flatMap((row) => {
    const part = [0, 1, 2].map((axis) => pet.affine[4 * row + axis]! * factor[axis]!);
    const at = [0, 1, 2].reduce(
      (sum, axis) => sum + pet.affine[4 * row + axis]! * shift[axis]!,
      pet.affine[4 * row + 3]!,
    );
    return [...part, at];
  });
  return { size, affine, values };
}
