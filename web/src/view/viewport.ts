import { h } from "../ui/dom";
import type { Vec3 } from "../api/types";
import { Isodoses } from "./isodoses";
import { drawLayer, LayerPaths } from "./layer_paths";
import { drawCrosshair, drawScale } from "./marks";
import { PLANES, voxelOf, type Plane, type PlaneName } from "./plane";
import { SliceImage } from "./slice_image";
import type { View } from "./view";

/** What a tool draws over a slice: it gets the context and the map from slice to pixels. */
export type Overlay = (context: CanvasRenderingContext2D, viewport: Viewport) => void;

/** One plane on the screen: a canvas, its zoom and pan, and what is drawn on it. */
export class Viewport {
  readonly plane: Plane;
  readonly canvas: HTMLCanvasElement;
  readonly element: HTMLElement;
  zoom = 1;
  /** What stands in the middle of the canvas, in voxels of the slice. */
  middle: [number, number];
  overlays: Overlay[] = [];
  pointer: [number, number] | null = null;
  private readonly image: SliceImage;
  private readonly paths: LayerPaths;
  private readonly label = h("div", { class: "corner slice-label" });
  private readonly hidden = h("div", { class: "corner hidden-note", hidden: true }, "contours hidden (H)");
  private readonly isodoses = new Isodoses();
  private scheduled = false;

  constructor(
    readonly view: View,
    name: PlaneName,
  ) {
    this.plane = PLANES[name];
    this.image = new SliceImage(view, this.plane);
    this.paths = new LayerPaths(view.space.size, this.plane);
    this.middle = [view.space.size[this.plane.u] / 2, view.space.size[this.plane.v] / 2];
    this.canvas = h("canvas", { tabindex: 0, role: "img", "aria-label": `${name} plane` });
    const [left, right, top, bottom] = this.plane.letters;
    this.element = h(
      "div",
      { class: "viewport", "data-plane": name },
      this.canvas,
      this.label,
      this.hidden,
      h("span", { class: "side left", "aria-hidden": "true" }, left),
      h("span", { class: "side right", "aria-hidden": "true" }, right),
      h("span", { class: "side top", "aria-hidden": "true" }, top),
      h("span", { class: "side bottom", "aria-hidden": "true" }, bottom),
    );
    new ResizeObserver(() => this.draw()).observe(this.element);
    view.on(["cursor", "display", "layers", "labels", "box", "plane"], () => this.draw());
  }

  get index(): number {
    return this.view.cursor[this.plane.w];
  }

  /** CSS pixels per voxel along u and v. */
  get scale(): [number, number] {
    const { size, spacing } = this.view.space;
    const { u, v } = this.plane;
    const fit = Math.min(
      this.canvas.clientWidth / (size[u] * spacing[u]),
      this.canvas.clientHeight / (size[v] * spacing[v]),
    );
    const perMillimetre = Math.max(fit, 1e-6) * this.zoom;
    return [perMillimetre * spacing[u], perMillimetre * spacing[v]];
  }

  /** Slice coordinates (voxel corners at whole numbers) -> CSS pixels; both axes run backwards on the screen. */
  toScreen(u: number, v: number): [number, number] {
    const [su, sv] = this.scale;
    return [
      this.canvas.clientWidth / 2 - (u - this.middle[0]) * su,
      this.canvas.clientHeight / 2 - (v - this.middle[1]) * sv,
    ];
  }

  toSlice(x: number, y: number): [number, number] {
    const [su, sv] = this.scale;
    return [
      this.middle[0] - (x - this.canvas.clientWidth / 2) / su,
      this.middle[1] - (y - this.canvas.clientHeight / 2) / sv,
    ];
  }

  /** The voxel under a point of the canvas, or null outside the image. */
  voxelAt(x: number, y: number): Vec3 | null {
    const [u, v] = this.toSlice(x, y);
    const voxel = voxelOf(this.plane, Math.floor(u), Math.floor(v), this.index);
    return this.view.space.inside(voxel) ? voxel : null;
  }

  reset(): void {
    this.zoom = 1;
    this.middle = [this.view.space.size[this.plane.u] / 2, this.view.space.size[this.plane.v] / 2];
    this.draw();
  }

  /** Shows so many millimetres around the cursor. */
  focus(millimetres: number): void {
    const { size, spacing } = this.view.space;
    const { u, v } = this.plane;
    const { clientWidth, clientHeight } = this.canvas;
    if (!clientWidth || !clientHeight) return;
    const fit = Math.min(clientWidth / (size[u] * spacing[u]), clientHeight / (size[v] * spacing[v]));
    this.zoom = Math.min(Math.max(Math.min(clientWidth, clientHeight) / millimetres / fit, 1), 30);
    this.middle = this.zoom === 1 ? [size[u] / 2, size[v] / 2] : [this.view.cursor[u] + 0.5, this.view.cursor[v] + 0.5];
    this.draw();
  }

  zoomAt(factor: number, x: number, y: number): void {
    const before = this.toSlice(x, y);
    this.zoom = Math.min(Math.max(this.zoom * factor, 0.5), 30);
    const after = this.toSlice(x, y);
    this.middle = [this.middle[0] + before[0] - after[0], this.middle[1] + before[1] - after[1]];
    this.draw();
  }

  /** Brings the cursor into what is seen. */
  reveal(): void {
    const { u, v } = this.plane;
    const [x, y] = this.toScreen(this.view.cursor[u] + 0.5, this.view.cursor[v] + 0.5);
    if (x < 0 || y < 0 || x > this.canvas.clientWidth || y > this.canvas.clientHeight) {
      this.middle = [this.view.cursor[u] + 0.5, this.view.cursor[v] + 0.5];
    }
    this.draw();
  }

  draw(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.render();
    });
  }

  matrix(): DOMMatrix {
    const [su, sv] = this.scale;
    const [x, y] = this.toScreen(0, 0);
    return new DOMMatrix([-su, 0, 0, -sv, x, y]);
  }

  private render(): void {
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    if (this.canvas.width !== Math.round(width * ratio)) this.canvas.width = Math.round(width * ratio);
    if (this.canvas.height !== Math.round(height * ratio)) this.canvas.height = Math.round(height * ratio);
    const context = this.canvas.getContext("2d", { alpha: false })!;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = "#000";
    context.fillRect(0, 0, width, height);
    this.image.update(this.index);
    context.save();
    context.imageSmoothingEnabled = this.view.display.smooth;
    const map = this.matrix();
    context.transform(map.a, map.b, map.c, map.d, map.e, map.f);
    context.drawImage(this.image.canvas, 0, 0);
    context.restore();
    if (this.view.display.overlays) {
      const { difference, layers } = this.view;
      const shown = (difference ? [difference] : layers).filter((layer) => layer.visible);
      for (const layer of shown) drawLayer(context, map, layer, this.paths.of(layer, this.index), layer === difference);
    }
    if (this.view.images.dose && this.view.display.dose.visible) {
      this.isodoses.draw(context, map, this.view.display.dose, this.index, this.image);
    }
    for (const overlay of this.overlays) overlay(context, this);
    if (this.view.display.crosshair) drawCrosshair(context, this);
    drawScale(context, this);
    this.tell();
  }

  private tell(): void {
    const { name, w } = this.plane;
    const text = `${name} ${this.index + 1} / ${this.view.space.size[w]}`;
    if (this.label.textContent !== text) this.label.textContent = text;
    this.hidden.hidden = this.view.display.overlays;
    this.canvas.setAttribute("aria-label", `${name} plane, slice ${this.index + 1} of ${this.view.space.size[w]}`);
    const [x, y] = this.toScreen(this.view.cursor[this.plane.u] + 0.5, this.view.cursor[this.plane.v] + 0.5);
    this.canvas.dataset["crosshair"] = `${x},${y}`;
    this.canvas.dataset["pixelsPerMm"] = String(this.scale[0] / this.view.space.spacing[this.plane.u]);
    this.element.classList.toggle("active", this.view.active === name);
  }
}
