import { ask } from "../ui/dialog";
import { h } from "../ui/dom";
import type { Keymap } from "../view/keys";

const MOUSE: [string, string][] = [
  ["Left click or drag", "Crosshair, or the tool in hand"],
  ["Wheel", "Slice by slice"],
  ["Ctrl + wheel", "Zoom at the pointer"],
  ["Right drag", "CT window: sideways width, up and down level"],
  ["Shift + right drag", "Upper end of PET's scale"],
  ["Middle drag", "Pan"],
  ["Double click", "This view alone, and back"],
];

export function showKeys(keys: Keymap): void {
  const row = (key: string, text: string) =>
    h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, key)), h("td", {}, text));
  const group = (title: string, rows: HTMLElement[]) =>
    h("section", {}, h("h3", {}, title), h("table", {}, h("tbody", {}, ...rows)));
  const groups = (["Look", "Move", "Draw"] as const).map((title) =>
    group(
      title,
      keys.all.filter((key) => key.group === title).map((key) => row(key.keys, key.text)),
    ),
  );
  const mouse = group(
    "Mouse",
    MOUSE.map(([key, text]) => row(key, text)),
  );
  void ask(
    "Keys and mouse",
    [h("div", { class: "keys" }, mouse, ...groups)],
    [{ value: "close", text: "Close", primary: true }],
  );
}
