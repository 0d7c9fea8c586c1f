import type { Tool } from "../view/mouse";
import { voxelOf } from "../view/plane";
import type { Viewport } from "../view/viewport";

interface Measured {
  plane: string;
  index: number;
  from: [number, number];
  to: [number, number];
}

/** A distance by a drag in a slice, in millimetres; it stays until the next one. */
export class RulerTool implements Tool {
  private measured: Measured | null = null;
  private dragging = false;

  constructor(private readonly told: (millimetres: number) => void) {}

  down(viewport: Viewport, x: number, y: number): void {
    const at = viewport.toSlice(x, y);
    this.measured = { plane: viewport.plane.name, index: viewport.index, from: at, to: at };
    this.dragging = true;
  }

  move(viewport: Viewport, x: number, y: number): void {
    if (!this.dragging || !this.measured) return;
    this.measured.to = viewport.toSlice(x, y);
    this.told(this.length(viewport, this.measured));
    viewport.draw();
  }

  up(): void {
    this.dragging = false;
  }

  overlay(context: CanvasRenderingContext2D, viewport: Viewport): void {
    const { measured } = this;
    if (!measured || measured.plane !== viewport.plane.name || measured.index !== viewport.index) return;
    const from = viewport.toScreen(...measured.from);
    const to = viewport.toScreen(...measured.to);
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.strokeStyle = "#fff";
    context.lineWidth = 2;
    context.stroke();
    context.font = "600 15px system-ui, sans-serif";
    context.lineWidth = 4;
    context.strokeStyle = "#000";
    const text = `${this.length(viewport, measured).toFixed(1)} mm`;
    context.strokeText(text, to[0] + 8, to[1] - 8);
    context.fillStyle = "#fff";
    context.fillText(text, to[0] + 8, to[1] - 8);
  }

  /** By the positions in the patient, so that a tilted grid measures right too. */
  private length(viewport: Viewport, { from, to, index }: Measured): number {
    const place = ([u, v]: [number, number]) => viewport.view.space.position(voxelOf(viewport.plane, u, v, index));
    const [a, b] = [place(from), place(to)];
    return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  }
}
