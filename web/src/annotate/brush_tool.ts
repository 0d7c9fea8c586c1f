import type { Tool } from "../view/mouse";
import { voxelOf } from "../view/plane";
import type { Viewport } from "../view/viewport";
import type { Pen } from "./pen";

/** Brush and eraser: a disk in the plane, or a sphere. */
export class BrushTool implements Tool {
  private last: [number, number] | null = null;

  constructor(
    private readonly pen: Pen,
    private readonly erasing: boolean,
  ) {}

  down(viewport: Viewport, x: number, y: number): void {
    this.pen.drawing.begin();
    this.last = viewport.toSlice(x, y);
    this.dab(viewport, this.last);
    this.pen.drawing.touch();
  }

  move(viewport: Viewport, x: number, y: number): void {
    if (!this.last) return;
    const to = viewport.toSlice(x, y);
    const { spacing } = viewport.view.space;
    const { u, v } = viewport.plane;
    const length = Math.hypot((to[0] - this.last[0]) * spacing[u], (to[1] - this.last[1]) * spacing[v]);
    const steps = Math.max(1, Math.ceil(length / Math.max(this.pen.size / 4, 0.5)));
    for (let at = 1; at <= steps; at++) {
      const part = at / steps;
      this.dab(viewport, [this.last[0] + (to[0] - this.last[0]) * part, this.last[1] + (to[1] - this.last[1]) * part]);
    }
    this.last = to;
    this.pen.drawing.touch();
  }

  up(): void {
    this.last = null;
    this.pen.drawing.commit(this.erasing ? "erase" : "brush");
  }

  private dab(viewport: Viewport, [u, v]: [number, number]): void {
    const center = voxelOf(viewport.plane, u - 0.5, v - 0.5, viewport.index);
    const each = this.erasing ? (index: number) => this.pen.erase(index) : (index: number) => this.pen.paint(index);
    this.pen.around(center, this.pen.sphere ? null : viewport.plane.w, each);
    // A brush smaller than a voxel still draws the voxel under it.
    const under = voxelOf(viewport.plane, Math.floor(u), Math.floor(v), viewport.index);
    if (viewport.view.space.inside(under)) each(viewport.view.space.index(under));
  }
}
