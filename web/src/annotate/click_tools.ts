import { note } from "../ui/toast";
import type { Tool } from "../view/mouse";
import { voxelOf } from "../view/plane";
import type { View } from "../view/view";
import type { Viewport } from "../view/viewport";
import type { Pen } from "./pen";

const NOTHING = { move: () => undefined, up: () => undefined };

/** Fills the region of equal label under the pointer, within its slice. */
export function fillTool(pen: Pen): Tool {
  return {
    ...NOTHING,
    down(viewport: Viewport, x: number, y: number) {
      const start = viewport.voxelAt(x, y);
      if (!start) return;
      const found = region(pen, viewport, start);
      if (!found) {
        note("What you clicked reaches the edge of the image: draw a closed outline and click inside it.", "warning");
        return;
      }
      pen.drawing.begin();
      for (const index of found) pen.paint(index);
      pen.drawing.commit("fill");
    },
  };
}

/** Voxels connected within the slice that hold the same label, or null where they reach the edge. */
function region(pen: Pen, viewport: Viewport, start: readonly number[]): number[] | null {
  const { space } = viewport.view;
  const { plane, index } = viewport;
  const nu = space.size[plane.u];
  const nv = space.size[plane.v];
  const at = (u: number, v: number) => space.index(voxelOf(plane, u, v, index));
  const held = pen.drawing.labels[space.index(start)];
  const seen = new Uint8Array(nu * nv);
  const stack = [start[plane.u]! + nu * start[plane.v]!];
  const found: number[] = [];
  seen[stack[0]!] = 1;
  while (stack.length) {
    const here = stack.pop()!;
    const [u, v] = [here % nu, Math.floor(here / nu)];
    if (u === 0 || v === 0 || u === nu - 1 || v === nv - 1) return null;
    found.push(at(u, v));
    for (const [nextU, nextV] of [
      [u - 1, v],
      [u + 1, v],
      [u, v - 1],
      [u, v + 1],
    ] as const) {
      const next = nextU + nu * nextV;
      if (seen[next] || pen.drawing.labels[at(nextU, nextV)] !== held) continue;
      seen[next] = 1;
      stack.push(next);
    }
  }
  return found;
}

export interface Growing {
  /** Share of the SUV that was clicked. */
  share: number;
  /** How far from the click, mm. */
  reach: number;
}

/** Draws what is connected to the click in three dimensions and takes up at least a share of its SUV. */
export function growTool(view: View, pen: Pen, growing: Growing): Tool {
  return {
    ...NOTHING,
    down(viewport: Viewport, x: number, y: number) {
      const start = viewport.voxelAt(x, y);
      const suv = start && view.value("pet", start);
      if (!start || suv === null) {
        note("Growing follows the PET, which this case does not have here.", "warning");
        return;
      }
      const found = grow(view, start, growing.share * suv, growing.reach);
      pen.drawing.begin();
      for (const index of found) pen.paint(index);
      const drawn = pen.drawing.commit("grow");
      note(`Grown from SUV ${suv.toFixed(1)} down to ${(growing.share * suv).toFixed(1)}: ${drawn} voxels.`);
    },
  };
}

function grow(view: View, start: readonly number[], threshold: number, reach: number): number[] {
  const { space } = view;
  const [nx, ny] = space.size;
  const seen = new Set<number>();
  const stack = [space.index(start)];
  const found: number[] = [];
  seen.add(stack[0]!);
  while (stack.length) {
    const here = stack.pop()!;
    const voxel = [here % nx, Math.floor(here / nx) % ny, Math.floor(here / (nx * ny))];
    const distance = Math.hypot(...voxel.map((at, axis) => (at - start[axis]!) * space.spacing[axis]!));
    if (distance > reach || (view.value("pet", voxel) ?? 0) < threshold) continue;
    found.push(here);
    for (let axis = 0; axis < 3; axis++) {
      for (const by of [-1, 1]) {
        const beside = [...voxel];
        beside[axis]! += by;
        if (!space.inside(beside)) continue;
        const next = space.index(beside);
        if (!seen.has(next)) {
          seen.add(next);
          stack.push(next);
        }
      }
    }
  }
  return found;
}
