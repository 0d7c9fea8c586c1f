import type { Keymap } from "../view/keys";

/** What the keys of drawing do; tools have their own in the tool box. */
export interface Actions {
  copy: (by: 1 | -1) => void;
  interpolate: () => void;
  undo: () => void;
  redo: () => void;
  save: () => void;
}

export function annotateKeys(keys: Keymap, actions: Actions): void {
  const silent = (match: string[], run: () => void) => ({ keys: "", text: "", group: "Mouse" as const, match, run });
  keys.add(
    {
      keys: "C",
      text: "Copy the label to the next slice (Shift: the other way)",
      group: "Draw",
      match: ["c"],
      run: () => actions.copy(-1),
    },
    silent(["shift+c"], () => actions.copy(1)),
    { keys: "J", text: "Interpolate between drawn slices", group: "Draw", match: ["j"], run: actions.interpolate },
    { keys: "Ctrl Z, Ctrl Y", text: "Undo, redo", group: "Draw", match: ["ctrl+z"], run: actions.undo },
    silent(["ctrl+y", "ctrl+shift+z"], actions.redo),
    { keys: "Ctrl S", text: "Save now", group: "Draw", match: ["ctrl+s"], run: actions.save },
  );
}
