import { outline, pathOf } from "./contours";
import type { Layer } from "./layer";
import { copySlice, type Plane } from "./plane";
import type { Vec3 } from "../api/types";

interface Traced {
  key: string;
  paths: { color: string; path: Path2D }[];
}

/** Outlines of layers in one plane, traced again when slice or labels changed. */
export class LayerPaths {
  private readonly slice: Uint8Array;
  private readonly traced = new Map<string, Traced>();

  constructor(
    private readonly size: Vec3,
    private readonly plane: Plane,
  ) {
    this.slice = new Uint8Array(size[plane.u] * size[plane.v]);
  }

  of(layer: Layer, index: number): { color: string; path: Path2D }[] {
    const key = `${index} ${layer.revision} ${layer.palette.map((each) => each.color).join()}`;
    const old = this.traced.get(layer.id);
    if (old?.key === key) return old.paths;
    copySlice(layer.labels, this.size, this.plane, index, this.slice);
    const paths = layer.palette.map(({ value, color }) => ({
      color,
      path: pathOf(outline(this.slice, this.size[this.plane.u], this.size[this.plane.v], value)),
    }));
    this.traced.set(layer.id, { key, paths });
    return paths;
  }
}

/** Draws a layer's labels as lines, areas or both; a dark rim keeps lines legible on any colour of PET. */
export function drawLayer(
  context: CanvasRenderingContext2D,
  map: DOMMatrix,
  layer: Layer,
  paths: { color: string; path: Path2D }[],
  dense: boolean,
): void {
  const filled = layer.style !== "fill" ? 0.22 : dense ? 0.75 : 0.55;
  for (const { color, path } of paths) {
    const placed = new Path2D();
    placed.addPath(path, map);
    if (layer.style !== "outline") {
      context.globalAlpha = layer.opacity * filled;
      context.fillStyle = color;
      context.fill(placed, "evenodd");
    }
    if (layer.style === "fill") continue;
    context.lineJoin = "round";
    context.globalAlpha = layer.opacity * 0.7;
    context.strokeStyle = "#000";
    context.lineWidth = layer.width + 2;
    context.setLineDash(layer.dash);
    context.stroke(placed);
    context.globalAlpha = layer.opacity;
    context.strokeStyle = color;
    context.lineWidth = layer.width;
    context.stroke(placed);
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
}
