import { checkbox, segmented } from "../ui/controls";
import { button, h, heading, replace } from "../ui/dom";
import { LABELS, type Layer, type LayerStyle } from "../view/layer";
import type { View } from "../view/view";
import { set } from "./set";

/** Each set of contours with its visibility, style and opacity, and the labels' colours. */
export function layerSection(view: View): HTMLElement {
  const layers = h("div", { class: "layers" });
  const list = () => replace(layers, ...view.layers.map((layer) => layerRow(view, layer)));
  view.on(["layers"], list);
  list();
  const all = checkbox("Show contours (H)", view.display.overlays, (on) =>
    set(view, () => (view.display.overlays = on)),
  );
  let seen = view.display.overlays;
  view.on(["display"], () => {
    if (seen === view.display.overlays) return;
    seen = view.display.overlays;
    all.set(seen);
    list();
  });
  return h("section", {}, heading("Contours"), all.element, layers, colors(view));
}

function layerRow(view: View, layer: Layer): HTMLElement {
  const redraw = () => view.changed("labels");
  // What is checked is what is seen: with all hidden no box is, and checking one shows contours again.
  const shown = checkbox(layer.title, layer.visible && view.display.overlays, (on) => {
    layer.visible = on;
    if (on && !view.display.overlays) set(view, () => (view.display.overlays = true));
    else redraw();
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
  shown.element.title = layer.title;
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
