import type { View } from "../view/view";

/** Changes the display and has it drawn. */
export function set(view: View, change: () => void): void {
  change();
  view.changed("display");
}
