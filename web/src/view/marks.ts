import type { Viewport } from "./viewport";

const GAP = 14;
const LENGTHS_MM = [2, 5, 10, 20, 50, 100, 200, 500];
const SHORTEST_PX = 70;

/** Lines through the cursor that leave the place itself free. */
export function drawCrosshair(context: CanvasRenderingContext2D, viewport: Viewport): void {
  const { u, v } = viewport.plane;
  const { clientWidth: width, clientHeight: height } = viewport.canvas;
  const [x, y] = viewport.toScreen(viewport.view.cursor[u] + 0.5, viewport.view.cursor[v] + 0.5);
  context.strokeStyle = "rgba(120, 255, 160, 0.75)";
  context.lineWidth = 1;
  context.beginPath();
  for (const [fromX, fromY, toX, toY] of [
    [0, y, x - GAP, y],
    [x + GAP, y, width, y],
    [x, 0, x, y - GAP],
    [x, y + GAP, x, height],
  ] as const) {
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
  }
  context.stroke();
}

/** A bar of a round length in the lower left corner. */
export function drawScale(context: CanvasRenderingContext2D, viewport: Viewport): void {
  const pixels = viewport.scale[0] / viewport.view.space.spacing[viewport.plane.u];
  const length = LENGTHS_MM.find((each) => each * pixels >= SHORTEST_PX) ?? LENGTHS_MM.at(-1)!;
  const [left, bottom] = [12, viewport.canvas.clientHeight - 12];
  context.beginPath();
  context.moveTo(left, bottom - 6);
  context.lineTo(left, bottom);
  context.lineTo(left + length * pixels, bottom);
  context.lineTo(left + length * pixels, bottom - 6);
  context.strokeStyle = "#000";
  context.lineWidth = 4;
  context.stroke();
  context.strokeStyle = "#fff";
  context.lineWidth = 1.5;
  context.stroke();
  const text = length >= 10 ? `${length / 10} cm` : `${length} mm`;
  context.font = "14px system-ui, sans-serif";
  context.strokeStyle = "#000";
  context.lineWidth = 3;
  context.strokeText(text, left + 5, bottom - 8);
  context.fillStyle = "#fff";
  context.fillText(text, left + 5, bottom - 8);
}
