import { part, postForVoxels } from "../api/client";
import { choice } from "../ui/controls";
import { button, h, heading, replace } from "../ui/dom";
import { guarded } from "../ui/toast";
import { DIFFERENCE, makeLayer } from "../view/layer";
import type { View } from "../view/view";

/** Two layers or versions against each other: where both, only the one, only the other, or another label. */
export function differencePanel(view: View, versions: () => string[]): HTMLElement {
  const chosen = { first: "", second: "" };
  const body = h("div");
  const legend = h("div", { class: "legend" });
  const show = async () => {
    const voxels = await guarded(() => postForVoxels(`cases/${part(view.panel.id)}/difference`, chosen));
    if (!voxels) return;
    const layer = makeLayer("difference", "difference", voxels);
    layer.style = "fill";
    layer.palette = DIFFERENCE;
    view.difference = layer;
    draw();
    view.changed("labels");
  };
  const close = () => {
    view.difference = null;
    draw();
    view.changed("labels");
  };
  const draw = () => {
    const names = [...view.panel.layers, ...versions()];
    if (names.length < 2) {
      replace(body, h("p", { class: "quiet" }, "There is only one set of contours so far."));
      return;
    }
    if (!names.includes(chosen.first)) chosen.first = names[0]!;
    if (!names.includes(chosen.second)) chosen.second = names[1]!;
    const options = names.map((name) => ({ value: name, text: name.replace("@", " version ") }));
    const pick = (key: "first" | "second", text: string) =>
      choice(text, options, chosen[key], (value) => (chosen[key] = value)).element;
    const shown = view.difference !== null;
    const texts = ["both", `only ${chosen.first}`, `only ${chosen.second}`, "labels differ"];
    replace(
      legend,
      ...(shown
        ? DIFFERENCE.map((each, at) => {
            const item = h("span", {}, texts[at]!.replace("@", " version "));
            item.style.setProperty("--color", each.color);
            return item;
          })
        : []),
    );
    replace(
      body,
      h("div", { class: "row" }, pick("first", "First"), pick("second", "Second")),
      h(
        "div",
        { class: "row" },
        button("Show the difference", () => void show()),
        shown && button("Close it", close),
      ),
      legend,
    );
  };
  view.on(["layers"], draw);
  draw();
  return h("section", { class: "difference" }, heading("Difference"), body);
}
