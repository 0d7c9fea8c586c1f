import type { Keymap } from "../view/keys";
import { step } from "../view/mouse";
import { WINDOWS, type View } from "../view/view";
import type { PlaneGrid } from "./plane_grid";

/** Keys that only look and move; tools bring their own. */
export function viewKeys(keys: Keymap, view: View, grid: PlaneGrid, help: () => void): void {
  const display = (change: () => void) => () => {
    change();
    view.changed("display");
  };
  for (const { key, name, range } of WINDOWS) {
    keys.add({
      keys: key,
      text: `CT window: ${name.toLowerCase()}`,
      group: "Look",
      match: [key],
      run: display(() => Object.assign(view.display.window, range)),
    });
  }
  const { pet } = view.display;
  keys.add(
    {
      keys: "F",
      text: "PET over CT: on, off",
      group: "Look",
      match: ["f"],
      run: display(() => (pet.visible = !pet.visible)),
    },
    {
      keys: "T",
      text: "CT: on, off",
      group: "Look",
      match: ["t"],
      run: display(() => (view.display.ct = !view.display.ct)),
    },
    {
      keys: "- and +",
      text: "Fusion opacity",
      group: "Look",
      match: ["-"],
      run: display(() => (pet.opacity = Math.max(0, pet.opacity - 0.1))),
    },
    {
      keys: "H",
      text: "Contours: hide, show",
      group: "Look",
      match: ["h"],
      run: display(() => (view.display.overlays = !view.display.overlays)),
    },
    {
      keys: "X",
      text: "Crosshair: hide, show",
      group: "Look",
      match: ["x"],
      run: display(() => (view.display.crosshair = !view.display.crosshair)),
    },
    {
      keys: "M",
      text: "The plane in hand alone, and back",
      group: "Look",
      match: ["m"],
      run: () => grid.maximize(grid.active.element),
    },
    { keys: "R", text: "The whole image again", group: "Look", match: ["r"], run: () => grid.reset() },
    { keys: "Z", text: "Zoom to the crosshair", group: "Look", match: ["z"], run: () => grid.focus(120) },
    { keys: "?", text: "This list", group: "Look", match: ["?", "shift+?"], run: help },
    {
      keys: "↑ ↓",
      text: "Slice by slice (Page up, down: ten)",
      group: "Move",
      match: ["arrowup"],
      run: () => step(view, grid.active, 1),
    },
    {
      keys: "N",
      text: "Next lesion (Shift: the one before)",
      group: "Move",
      match: ["n"],
      run: () => nextLesion(view, 1),
    },
  );
  const silent = (match: string[], run: () => void) => ({ keys: "", text: "", group: "Mouse" as const, match, run });
  keys.add(
    silent(
      ["+", "="],
      display(() => (pet.opacity = Math.min(1, pet.opacity + 0.1))),
    ),
    silent(["arrowdown"], () => step(view, grid.active, -1)),
    silent(["pageup"], () => step(view, grid.active, 10)),
    silent(["pagedown"], () => step(view, grid.active, -10)),
    silent(["shift+n"], () => nextLesion(view, -1)),
  );
}

/** Lesions of all layers by their height in the body, from the crosshair on. */
function nextLesion(view: View, by: 1 | -1): void {
  const centers = Object.values(view.panel.lesions)
    .flat()
    .flatMap((lesion) => (lesion.center_voxel ? [lesion.center_voxel] : []));
  if (!centers.length) return;
  const order = centers.sort((a, b) => b[2] - a[2] || b[0] - a[0] || b[1] - a[1]);
  const at = order.findIndex((center) => center.every((value, axis) => value === view.cursor[axis]));
  const next = order[(at + by + order.length) % order.length]!;
  view.jumpTo(next);
}
