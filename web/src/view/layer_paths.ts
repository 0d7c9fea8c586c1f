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
