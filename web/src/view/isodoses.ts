import { isoline } from "./isolines";
import type { SliceImage } from "./slice_image";
import type { Display } from "./view";

/** Lines of equal dose over a slice, computed again when the slice or the levels change. */
export class Isodoses {
  private key = "";
  private lines: { level: number; path: Path2D }[] = [];

  draw(
    context: CanvasRenderingContext2D,
    map: DOMMatrix,
    dose: Display["dose"],
    index: number,
    image: SliceImage,
  ): void {
    const key = `${index} ${dose.levels.join()}`;
    if (key !== this.key) {
      const { width, height } = image.canvas;
      this.lines = dose.levels.map((level) => ({ level, path: isoline(image.dose, width, height, level) }));
      this.key = key;
    }
    for (const { level, path } of this.lines) {
      const placed = new Path2D();
      placed.addPath(path, map);
      context.strokeStyle = isodoseColor(level, dose.range.high);
      context.lineWidth = 1.5;
      context.stroke(placed);
    }
  }
}

export function isodoseColor(level: number, high: number): string {
  const hue = 270 - 270 * Math.min(level / Math.max(high, 1), 1);
  return `hsl(${hue} 95% 62%)`;
}
