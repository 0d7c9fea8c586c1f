import { checkbox, slider } from "../ui/controls";
import { h, heading, replace } from "../ui/dom";
import { isodoseColor } from "../view/isodoses";
import type { View } from "../view/view";
import { set } from "./set";

/** The dose as colours and isodoses; null where the case has none. */
export function doseSection(view: View): HTMLElement | null {
  if (!view.images.dose) return null;
  const { dose } = view.display;
  const key = h("div", { class: "isodoses" });
  const list = () =>
    replace(
      key,
      ...dose.levels.map((level) => {
        const item = h("span", {}, `${level} Gy`);
        item.style.setProperty("--color", isodoseColor(level, dose.range.high));
        return item;
      }),
    );
  const levels = h("input", { type: "text", value: dose.levels.join(", "), "aria-label": "Isodose levels in Gy" });
  levels.addEventListener("change", () => {
    const next = levels.value
      .split(/[ ,;]+/)
      .map(Number)
      .filter((level) => level > 0)
      .slice(0, 12);
    if (next.length) set(view, () => (dose.levels = next.sort((a, b) => b - a)));
    levels.value = dose.levels.join(", ");
    list();
  });
  list();
  return h(
    "section",
    {},
    heading("Dose"),
    checkbox("Show dose", dose.visible, (on) => set(view, () => (dose.visible = on))).element,
    checkbox("Colour wash", dose.wash, (on) => set(view, () => (dose.wash = on))).element,
    slider(
      "Wash opacity",
      { min: 0, max: 1, step: 0.05 },
      dose.opacity,
      (value) => set(view, () => (dose.opacity = value)),
      (value) => `${Math.round(100 * value)} %`,
    ).element,
    h("label", { class: "field" }, h("span", {}, "Isodoses, Gy"), levels),
    key,
  );
}
