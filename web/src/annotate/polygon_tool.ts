import type { Tool } from "../view/mouse";
import { voxelOf } from "../view/plane";
import type { Viewport } from "../view/viewport";
import type { Pen } from "./pen";

const SHORT_PX = 4;

/** Outline: corners by clicks or a line drawn freehand; double click or Enter closes and fills it. */
export class PolygonTool implements Tool {
  private points: [number, number][] = [];
  private viewport: Viewport | null = null;
  private index = -1;
  private freehand = false;

  constructor(private readonly pen: Pen) {}

  down(viewport: Viewport, x: number, y: number): void {
    if (this.viewport !== viewport || this.index !== viewport.index) this.cancel();
    this.viewport = viewport;
    this.index = viewport.index;
    this.add(viewport, x, y);
    this.freehand = false;
  }

  move(viewport: Viewport, x: number, y: number): void {
    const [lastX, lastY] = viewport.toScreen(...this.points[this.points.length - 1]!);
    if (Math.hypot(x - lastX, y - lastY) < SHORT_PX) return;
    this.freehand = true;
    this.add(viewport, x, y);
  }

  up(): void {
    if (this.freehand) this.close();
    else this.viewport?.draw();
  }

  double(): void {
    this.close();
  }

  /** Fills what is outlined. */
  close(): void {
    const { viewport, points } = this;
    if (viewport && points.length >= 3) {
      this.pen.drawing.begin();
      for (const [u, v] of inside(points)) {
        const voxel = voxelOf(viewport.plane, u, v, this.index);
        if (viewport.view.space.inside(voxel)) this.pen.paint(viewport.view.space.index(voxel));
      }
      this.pen.drawing.commit("outline");
    }
    this.cancel();
  }

  cancel(): void {
    this.points = [];
    this.freehand = false;
    this.viewport?.draw();
    this.viewport = null;
  }

  overlay(context: CanvasRenderingContext2D, viewport: Viewport): void {
    if (viewport !== this.viewport || viewport.index !== this.index) return;
    context.beginPath();
    for (const [u, v] of this.points) context.lineTo(...viewport.toScreen(u, v));
    if (viewport.pointer && !this.freehand) context.lineTo(...viewport.pointer);
    context.strokeStyle = "#fff";
    context.lineWidth = 1.5;
    context.setLineDash([4, 3]);
    context.stroke();
    context.setLineDash([]);
  }

  private add(viewport: Viewport, x: number, y: number): void {
    this.points.push(viewport.toSlice(x, y));
    viewport.draw();
  }
}

/** Voxels whose centers lie inside a polygon by the even-odd rule, row by row. */
export function* inside(points: [number, number][]): Generator<[number, number]> {
  const low = Math.floor(Math.min(...points.map((point) => point[1])));
  const high = Math.ceil(Math.max(...points.map((point) => point[1])));
  for (let v = low; v < high; v++) {
    const crossings: number[] = [];
    points.forEach((from, at) => {
      const to = points[(at + 1) % points.length]!;
      if (from[1] <= v + 0.5 === to[1] <= v + 0.5) return;
      crossings.push(from[0] + ((v + 0.5 - from[1]) / (to[1] - from[1])) * (to[0] - from[0]));
    });
    crossings.sort((a, b) => a - b);
    for (let at = 0; at + 1 < crossings.length; at += 2) {
      for (let u = Math.ceil(crossings[at]! - 0.5); u + 0.5 < crossings[at + 1]!; u++) yield [u, v];
    }
  }
}
