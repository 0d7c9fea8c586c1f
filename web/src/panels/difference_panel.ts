import { part, postForVoxels } from "../api/client";
import { choice } from "../ui/controls";
import { button, h, heading, replace } from "../ui/dom";
import { guarded } from "../ui/toast";
import { DIFFERENCE, makeLayer } from "../view/layer";
import type { View } from "../view/view";

/** Two layers or versions against each other: where both, only the one, only the other, or another label. */
export function differencePanel(view: View, versions: () => string[]): HTMLElement {
  const chosen = { first: "", second: "" };
  /** What was asked for last, and what the picture shows: the legend tells the latter. */
  let asked = "";
  let pictured = { ...chosen };
  const key = () => `${chosen.first}\n${chosen.second}`;
  const body = h("div");
  const legend = h("div", { class: "legend" });
  const show = async () => {
    const [mine, wanted] = [key(), { ...chosen }];
    asked = mine;
    const voxels = await guarded(() => postForVoxels(`cases/${part(view.panel.id)}/difference`, wanted));
    if (asked !== mine) return; // another pair was chosen meanwhile, or it was closed
    if (!voxels) return close(); // the old picture would contradict what is chosen
    pictured = wanted;
    const layer = makeLayer("difference", "difference", voxels);
    layer.style = "fill";
    layer.palette = DIFFERENCE;
    view.difference = layer;
    draw();
    view.changed("labels");
  };
  const close = () => {
    view.difference = null;
    asked = "";
    draw();
    view.changed("labels");
  };
  const draw = () => {
    const names = [...view.panel.layers, ...versions()];
    if (names.length < 2) {
      const text = names.length ? "There is only one set of contours so far." : "There are no contours yet.";
      replace(body, h("p", { class: "quiet" }, text));
      return;
    }
    if (!names.includes(chosen.first)) chosen.first = names[0]!;
    if (!names.includes(chosen.second)) chosen.second = names[1]!;
    const options = names.map((name) => ({ value: name, text: name.replace("@", " version ") }));
    const shown = view.difference !== null;
    const again = () => void (asked && asked !== key() && show());
    const pick = (which: "first" | "second", text: string) =>
      choice(text, options, chosen[which], (value) => {
        chosen[which] = value;
        again();
      }).element;
    const texts = ["both", `only ${pictured.first}`, `only ${pictured.second}`, "labels differ"];
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
    again(); // a version that was shown may be no longer the newest
  };
  view.on(["layers"], draw);
  draw();
  return h("section", { class: "difference" }, heading("Difference"), body);
}
