import { checkbox, choice, numberField, segmented, slider } from "../ui/controls";
import { h, heading } from "../ui/dom";
import type { Colormap } from "../view/colormap";
import { WINDOWS, type View } from "../view/view";
import { doseSection } from "./dose_section";
import { layerSection } from "./layer_list";
import { set } from "./set";

/** Windows, fusion, dose, and the layers of contours. */
export function displayPanel(view: View, difference: HTMLElement): HTMLElement {
  const crosshair = checkbox("Crosshair (X)", view.display.crosshair, (on) =>
    set(view, () => (view.display.crosshair = on)),
  );
  view.on(["display"], () => crosshair.set(view.display.crosshair));
  return h(
    "div",
    { class: "panel" },
    ctSection(view),
    petSection(view),
    doseSection(view),
    layerSection(view),
    difference,
    h(
      "section",
      {},
      heading("Planes"),
      crosshair.element,
      checkbox("Smooth pixels", view.display.smooth, (on) => set(view, () => (view.display.smooth = on))).element,
    ),
  );
}

function ctSection(view: View): HTMLElement | null {
  if (!view.images.ct) return null;
  const { window } = view.display;
  const matching = () =>
    WINDOWS.find((each) => each.range.low === window.low && each.range.high === window.high)?.key ?? "";
  const presets = segmented(
    "CT window",
    WINDOWS.map(({ key, name }) => ({ value: key, text: name, title: `Key ${key}` })),
    matching(),
    (key) => set(view, () => Object.assign(window, WINDOWS.find((each) => each.key === key)!.range)),
  );
  const level = numberField("Level HU", { step: 10 }, 0, (value) =>
    set(view, () => {
      const half = (window.high - window.low) / 2;
      Object.assign(window, { low: value - half, high: value + half });
    }),
  );
  const width = numberField("Width HU", { step: 10, min: 1 }, 0, (value) =>
    set(view, () => {
      const middle = (window.high + window.low) / 2;
      Object.assign(window, { low: middle - value / 2, high: middle + value / 2 });
    }),
  );
  const shown = checkbox("Show CT", view.display.ct, (on) => set(view, () => (view.display.ct = on)));
  const update = () => {
    presets.set(matching());
    level.set(Math.round((window.low + window.high) / 2));
    width.set(Math.round(window.high - window.low));
    shown.set(view.display.ct);
  };
  view.on(["display"], update);
  update();
  return h(
    "section",
    {},
    heading("CT"),
    presets.element,
    h("div", { class: "row" }, level.element, width.element),
    shown.element,
  );
}

function petSection(view: View): HTMLElement | null {
  if (!view.images.pet) return null;
  const { pet } = view.display;
  const shown = checkbox("Show PET (F)", pet.visible, (on) => set(view, () => (pet.visible = on)));
  const opacity = slider(
    "Fusion opacity",
    { min: 0, max: 1, step: 0.05 },
    pet.opacity,
    (value) => set(view, () => (pet.opacity = value)),
    (value) => `${Math.round(100 * value)} %`,
  );
  const low = numberField("SUV from", { step: 0.5, min: 0 }, pet.range.low, (value) =>
    set(view, () => (pet.range.low = Math.max(0, Math.min(value, pet.range.high - 0.1)))),
  );
  const high = numberField("SUV to", { step: 0.5, min: 0.1 }, pet.range.high, (value) =>
    set(view, () => (pet.range.high = Math.max(value, pet.range.low + 0.1))),
  );
  const maps: Colormap[] = ["hot", "inverse gray", "viridis", "rainbow"];
  const map = choice(
    "PET colours",
    maps.map((name) => ({ value: name, text: name })),
    pet.map,
    (name) => set(view, () => (pet.map = name as Colormap)),
  );
  const update = () => {
    shown.set(pet.visible);
    opacity.set(pet.opacity);
    low.set(Number(pet.range.low.toFixed(1)));
    high.set(Number(pet.range.high.toFixed(1)));
  };
  view.on(["display"], update);
  return h(
    "section",
    {},
    heading("PET"),
    shown.element,
    opacity.element,
    h("div", { class: "row" }, low.element, high.element),
    map.element,
  );
}
