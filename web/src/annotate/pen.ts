import type { Vec3 } from "../api/types";
import type { View } from "../view/view";
import type { Drawing } from "./drawing";

/** What all tools share: the label in hand, the size, and where nothing may be drawn. */
export class Pen {
  label = 1;
  /** Diameter, mm. */
  size = 10;
  sphere = false;
  protect = true;
  limit = { on: false, low: -200, high: 300 };

  constructor(
    private readonly view: View,
    readonly drawing: Drawing,
  ) {}

  /** Draws one voxel, unless it belongs to the other label or lies outside the HU range. */
  paint(index: number): void {
    const old = this.drawing.labels[index]!;
    if (this.protect && old !== 0 && old !== this.label) return;
    const ct = this.view.images.ct;
    if (this.limit.on && ct) {
      const hu = ct.values[index]!;
      if (hu < this.limit.low || hu > this.limit.high) return;
    }
    this.drawing.set(index, this.label);
  }

  /** Clears one voxel; with protection only of the label in hand. */
  erase(index: number): void {
    if (this.protect && this.drawing.labels[index] !== this.label) return;
    this.drawing.set(index, 0);
  }

  /** Voxels with centers within half the size of a point; `flat` is the axis across which it stays in its slice. */
  around(center: readonly number[], flat: 0 | 1 | 2 | null, each: (index: number) => void): void {
    const { size, spacing } = this.view.space;
    const radius = this.size / 2;
    const reach = spacing.map((mm, axis) => (axis === flat ? 0 : radius / mm)) as Vec3;
    const from = center.map((at, axis) => Math.max(0, Math.ceil(at - reach[axis]!))) as Vec3;
    const to = center.map((at, axis) => Math.min(size[axis]! - 1, Math.floor(at + reach[axis]!))) as Vec3;
    if (flat !== null) from[flat] = to[flat] = Math.round(center[flat]!);
    for (let k = from[2]; k <= to[2]; k++) {
      for (let j = from[1]; j <= to[1]; j++) {
        for (let i = from[0]; i <= to[0]; i++) {
          const distance = [i, j, k].reduce(
            (sum, at, axis) => (axis === flat ? sum : sum + ((at - center[axis]!) * spacing[axis]!) ** 2),
            0,
          );
          if (distance <= radius * radius) each(i + size[0] * (j + size[1] * k));
        }
      }
    }
  }
}
