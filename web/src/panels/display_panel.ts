import { checkbox, choice, numberField, segmented, slider } from "../ui/controls";
import { button, h, heading, replace } from "../ui/dom";
import type { Colormap } from "../view/colormap";
import { LABELS, type Layer, type LayerStyle } from "../view/layer";
import { WINDOWS, type View } from "../view/view";
import { isodoseColor } from "../view/isodoses";

/** Windows, fusion, dose, and the layers of contours. */
export function displayPanel(view: View, difference: HTMLElement): HTMLElement {
  const layers = h("div", { class: "layers" });
  const list = () => replace(layers, ...view.layers.map((layer) => layerRow(view, layer)));
  view.on(["layers"], list);
  list();
  return h(
    "div",
    { class: "panel" },
    ctSection(view),
    petSection(view),
    doseSection(view),
    h("section", {}, heading("Contours"), layers, colors(view)),
    difference,
    h(
      "section",
      {},
      heading("Planes"),
      checkbox("Crosshair (X)", view.display.crosshair, (on) => set(view, () => (view.display.crosshair = on))).element,
      checkbox("Smooth pixels", view.display.smooth, (on) => set(view, () => (view.display.smooth = on))).element,
    ),
  );
}

function set(view: View, change: () => void): void {
  change();
  view.changed("display");
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

function doseSection(view: View): HTMLElement | null {
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

function layerRow(view: View, layer: Layer): HTMLElement {
  const redraw = () => view.changed("labels");
  const shown = checkbox(layer.title, layer.visible, (on) => {
    layer.visible = on;
    redraw();
  });
  const style = segmented(
    `${layer.title}: outline or fill`,
    [
      { value: "outline", text: "Line" },
      { value: "fill", text: "Fill" },
      { value: "both", text: "Both" },
    ],
    layer.style,
    (value) => {
      layer.style = value as LayerStyle;
      redraw();
    },
  );
  const opacity = h("input", {
    type: "range",
    min: 0.1,
    max: 1,
    step: 0.1,
    value: layer.opacity,
    "aria-label": `${layer.title}: opacity`,
  });
  opacity.addEventListener("input", () => {
    layer.opacity = Number(opacity.value);
    redraw();
  });
  const sample = h("span", { class: `line ${layer.dash.length ? "dashed" : "solid"}`, "aria-hidden": "true" });
  sample.style.borderTopWidth = `${layer.width}px`;
  const removable = layer.id.includes("@") || layer.id.startsWith("consensus");
  return h(
    "div",
    { class: "layer", "data-layer": layer.id },
    sample,
    shown.element,
    style.element,
    opacity,
    removable && button("×", () => view.remove(layer.id), { "aria-label": `Close ${layer.title}`, class: "small" }),
  );
}

function colors(view: View): HTMLElement {
  return h(
    "div",
    { class: "row" },
    ...LABELS.map((label) => {
      const input = h("input", { type: "color", value: label.color, "aria-label": `Colour of ${label.name}` });
      input.addEventListener("input", () => {
        label.color = input.value;
        view.changed("labels");
      });
      return h("label", { class: "color" }, input, label.name);
    }),
  );
}
