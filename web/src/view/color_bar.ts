import { h } from "../ui/dom";
import { gradient } from "./colormap";
import type { View } from "./view";

/** The colour bar beside the planes. */
export function colorBar(view: View): HTMLElement {
  const ramp = h("div", { class: "ramp" });
  const high = h("span");
  const middle = h("span");
  const low = h("span");
  const element = h(
    "div",
    { class: "colorbar", role: "img" },
    h("b", {}, "SUV"),
    h("div", { class: "scale" }, ramp, h("div", { class: "ticks" }, high, middle, low)),
  );
  const update = () => {
    const { range, map, visible } = view.display.pet;
    element.hidden = !view.images.pet || !visible;
    ramp.style.background = gradient(map);
    high.textContent = range.high.toFixed(range.high < 10 ? 1 : 0);
    middle.textContent = ((range.low + range.high) / 2).toFixed(1);
    low.textContent = range.low.toFixed(range.low < 10 ? 1 : 0);
    element.setAttribute("aria-label", `PET colours from SUV ${range.low.toFixed(1)} to ${range.high.toFixed(1)}`);
  };
  view.on(["display"], update);
  update();
  return element;
}
