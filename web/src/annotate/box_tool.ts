import type { Vec3 } from "../api/types";
import type { Tool } from "../view/mouse";
import type { View } from "../view/view";
import type { Viewport } from "../view/viewport";

const CLICK_PX = 5;

/** A box by a drag on one plane, corrected on another; a click puts one of `size` millimetres around the point. */
export class BoxTool implements Tool {
  size = 40;
  private from: { slice: [number, number]; x: number; y: number } | null = null;
  private before: [Vec3, Vec3] | null = null;

  constructor(private readonly view: View) {}

  down(viewport: Viewport, x: number, y: number): void {
    this.from = { slice: viewport.toSlice(x, y), x, y };
    this.before = this.view.box;
  }

  move(viewport: Viewport, x: number, y: number): void {
    if (!this.from || Math.hypot(x - this.from.x, y - this.from.y) < CLICK_PX) return;
    this.drag(viewport, this.from.slice, viewport.toSlice(x, y));
  }

  up(viewport: Viewport, x: number, y: number): void {
    if (this.from && Math.hypot(x - this.from.x, y - this.from.y) < CLICK_PX) {
      const voxel = viewport.voxelAt(x, y);
      if (voxel) this.around(voxel);
    }
    this.from = null;
  }

  around(voxel: Vec3): void {
    const { size, spacing } = this.view.space;
    const half = spacing.map((mm) => Math.max(1, Math.round(this.size / 2 / mm)));
    const low = voxel.map((at, axis) => Math.max(0, at - half[axis]!)) as Vec3;
    const high = voxel.map((at, axis) => Math.min(size[axis]!, at + half[axis]! + 1)) as Vec3;
    this.view.moveTo(voxel);
    this.set([low, high]);
  }

  clear(): void {
    this.set(null);
  }

  overlay(context: CanvasRenderingContext2D, viewport: Viewport): void {
    const { box } = this.view;
    if (!box) return;
    const { u, v, w } = viewport.plane;
    const [x0, y0] = viewport.toScreen(box[1][u], box[1][v]);
    const [x1, y1] = viewport.toScreen(box[0][u], box[0][v]);
    const within = viewport.index >= box[0][w] && viewport.index < box[1][w];
    context.strokeStyle = within ? "#7dffb0" : "rgba(125, 255, 176, 0.35)";
    context.lineWidth = 2;
    context.setLineDash([8, 5]);
    context.strokeRect(x0, y0, x1 - x0, y1 - y0);
    context.setLineDash([]);
  }

  /** Across the plane the box keeps its extent where it holds the slice, else it is as thick as it is wide. */
  private drag(viewport: Viewport, a: [number, number], b: [number, number]): void {
    const { size, spacing } = this.view.space;
    const { u, v, w } = viewport.plane;
    const low: Vec3 = [0, 0, 0];
    const high: Vec3 = [0, 0, 0];
    [u, v].forEach((axis, at) => {
      low[axis] = Math.max(0, Math.floor(Math.min(a[at]!, b[at]!)));
      high[axis] = Math.min(size[axis], Math.max(Math.ceil(Math.max(a[at]!, b[at]!)), low[axis] + 1));
    });
    const old = this.before;
    if (old && viewport.index >= old[0][w] && viewport.index < old[1][w]) {
      [low[w], high[w]] = [old[0][w], old[1][w]];
    } else {
      const mean = ((high[u] - low[u]) * spacing[u] + (high[v] - low[v]) * spacing[v]) / 2;
      const half = Math.max(1, Math.round(mean / 2 / spacing[w]));
      low[w] = Math.max(0, viewport.index - half);
      high[w] = Math.min(size[w], viewport.index + half + 1);
    }
    this.set([low, high]);
  }

  private set(box: [Vec3, Vec3] | null): void {
    this.view.box = box;
    this.view.changed("box");
  }
}
