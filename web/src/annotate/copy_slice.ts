import { note } from "../ui/toast";
import { voxelOf, type Plane } from "../view/plane";
import type { View } from "../view/view";
import type { Drawing } from "./drawing";
import type { Pen } from "./pen";

/** Draws the label in hand of one slice into another too; null where there is nothing to copy or no such slice. */
export function copySlice(
  view: View,
  drawing: Drawing,
  pen: Pen,
  plane: Plane,
  from: number,
  to: number,
): number | null {
  const { size } = view.space;
  if (to < 0 || to >= size[plane.w]) return null;
  const found: number[] = [];
  for (let v = 0; v < size[plane.v]; v++) {
    for (let u = 0; u < size[plane.u]; u++) {
      if (drawing.labels[view.space.index(voxelOf(plane, u, v, from))] === pen.label) {
        found.push(view.space.index(voxelOf(plane, u, v, to)));
      }
    }
  }
  if (!found.length) {
    note(`Nothing of ${pen.label === 1 ? "GTVp" : "GTVn"} is drawn in this slice.`, "warning");
    return null;
  }
  drawing.begin();
  for (const index of found) pen.paint(index);
  return drawing.commit("copy slice");
}
