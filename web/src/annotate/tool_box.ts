import { checkbox, numberField, segmented, slider } from "../ui/controls";
import { button, h, heading } from "../ui/dom";
import type { Keymap } from "../view/keys";
import type { Tool } from "../view/mouse";
import type { View } from "../view/view";
import type { Viewport } from "../view/viewport";
import { BoxTool } from "./box_tool";
import { BrushTool } from "./brush_tool";
import { fillTool, growTool, type Growing } from "./click_tools";
import type { Pen } from "./pen";
import { PolygonTool } from "./polygon_tool";
import { RulerTool } from "./ruler_tool";

const TOOLS = [
  { value: "look", key: "V", text: "Look", help: "Crosshair by left click" },
  { value: "brush", key: "B", text: "Brush", help: "Draw with a disk or sphere" },
  { value: "erase", key: "E", text: "Eraser", help: "Clear with a disk or sphere" },
  { value: "outline", key: "O", text: "Outline", help: "Corners by clicks, or freehand; Enter closes" },
  { value: "fill", key: "I", text: "Fill", help: "Fill a closed region of the slice" },
  { value: "grow", key: "G", text: "Grow 3D", help: "Draw what is connected and as hot" },
  { value: "ruler", key: "D", text: "Ruler", help: "Measure a distance by a drag" },
  { value: "box", key: "K", text: "Box", help: "Drag on a plane, correct on another, or click" },
];

/** The tools of the left mouse button and their settings. */
export class ToolBox {
  readonly element: HTMLElement;
  readonly box: BoxTool;
  private readonly polygon: PolygonTool;
  private readonly ruler: RulerTool;
  private readonly length = h("output", { class: "of-ruler", "aria-live": "polite" }, "Drag in a plane.");
  private readonly growing: Growing = { share: 0.5, reach: 40 };
  private readonly tools: Record<string, Tool | null>;
  private chosen = "look";
  private readonly pick: { element: HTMLElement; set: (value: string) => void };
  private readonly label: { element: HTMLElement; set: (value: string) => void };
  private readonly size: { element: HTMLElement; set: (value: number) => void };

  constructor(
    private readonly view: View,
    private readonly pen: Pen,
    private readonly may: () => boolean,
    viewports: Viewport[],
    keys: Keymap,
  ) {
    this.box = new BoxTool(view);
    this.polygon = new PolygonTool(pen);
    this.ruler = new RulerTool((millimetres) => (this.length.textContent = `${millimetres.toFixed(1)} mm`));
    this.tools = {
      look: null,
      brush: new BrushTool(pen, false),
      erase: new BrushTool(pen, true),
      outline: this.polygon,
      fill: fillTool(pen),
      grow: growTool(view, pen, this.growing),
      ruler: this.ruler,
      box: this.box,
    };
    this.pick = segmented(
      "Tool",
      TOOLS.map(({ value, text, key, help }) => ({ value, text, title: `${help} (key ${key})` })),
      "look",
      (value) => this.choose(value),
    );
    this.label = segmented(
      "Label",
      [
        { value: "1", text: "GTVp" },
        { value: "2", text: "GTVn" },
      ],
      "1",
      (value) => this.setLabel(Number(value)),
    );
    this.size = slider(
      "Size",
      { min: 1, max: 60, step: 1 },
      pen.size,
      (value) => (pen.size = value),
      (value) => `${value} mm`,
    );
    this.element = this.build();
    for (const viewport of viewports) viewport.overlays.push((context) => this.overlay(context, viewport));
    this.bind(keys);
  }

  get tool(): Tool | null {
    return this.may() || this.chosen === "ruler" ? (this.tools[this.chosen] ?? null) : null;
  }

  private build(): HTMLElement {
    const { pen } = this;
    const share = slider(
      "Grow down to",
      { min: 0.1, max: 0.95, step: 0.05 },
      this.growing.share,
      (value) => (this.growing.share = value),
      (value) => `${Math.round(100 * value)} %`,
    );
    const reach = slider(
      "Grow within",
      { min: 5, max: 150, step: 5 },
      this.growing.reach,
      (value) => (this.growing.reach = value),
      (value) => `${value} mm`,
    );
    const boxSize = slider(
      "Box size",
      { min: 10, max: 150, step: 5 },
      this.box.size,
      (value) => (this.box.size = value),
      (value) => `${value} mm`,
    );
    const low = numberField("HU from", { step: 10 }, pen.limit.low, (value) => (pen.limit.low = value));
    const high = numberField("HU to", { step: 10 }, pen.limit.high, (value) => (pen.limit.high = value));
    return h(
      "section",
      { class: "tool-box", "data-tool": "look" },
      heading("Draw"),
      this.label.element,
      this.pick.element,
      h(
        "div",
        { class: "of-brush" },
        this.size.element,
        checkbox("Sphere (through the slices)", pen.sphere, (on) => (pen.sphere = on)).element,
      ),
      h("div", { class: "of-grow" }, share.element, reach.element),
      this.length,
      h(
        "div",
        { class: "of-box" },
        boxSize.element,
        h(
          "div",
          { class: "row" },
          button("Box around the crosshair", () => this.box.around(this.view.cursor)),
          button("No box", () => this.box.clear()),
        ),
      ),
      checkbox("Leave the other label alone", pen.protect, (on) => (pen.protect = on)).element,
      h(
        "div",
        { class: "row limit" },
        checkbox("Draw only on CT values", pen.limit.on, (on) => (pen.limit.on = on)).element,
        low.element,
        high.element,
      ),
    );
  }

  private choose(value: string): void {
    this.chosen = value;
    this.pick.set(value);
    this.element.dataset["tool"] = value;
    this.polygon.cancel();
    this.view.changed("box");
  }

  private setLabel(label: number): void {
    this.pen.label = label;
    this.label.set(String(label));
    this.view.changed("box");
  }

  private resize(factor: number): void {
    const grown = factor > 1 ? Math.ceil(this.pen.size * factor) : Math.floor(this.pen.size * factor);
    this.pen.size = Math.min(60, Math.max(1, grown));
    this.size.set(this.pen.size);
    this.view.changed("box");
  }

  private overlay(context: CanvasRenderingContext2D, viewport: Viewport): void {
    this.box.overlay(context, viewport);
    this.polygon.overlay(context, viewport);
    if (this.chosen === "ruler") this.ruler.overlay(context, viewport);
    const round = this.chosen === "brush" || this.chosen === "erase";
    if (!round || !viewport.pointer || !this.may()) return;
    const { spacing } = this.view.space;
    const radius = ((this.pen.size / 2) * viewport.scale[0]) / spacing[viewport.plane.u];
    context.beginPath();
    context.arc(...viewport.pointer, Math.max(radius, 2), 0, 2 * Math.PI);
    context.strokeStyle = this.chosen === "erase" ? "#ff9f9f" : "#fff";
    context.lineWidth = 1.5;
    context.stroke();
  }

  private bind(keys: Keymap): void {
    for (const { value, key, text, help } of TOOLS) {
      keys.add({
        keys: key,
        text: `${text}: ${help.toLowerCase()}`,
        group: "Draw",
        match: [key.toLowerCase()],
        run: () => this.choose(value),
      });
    }
    keys.add(
      {
        keys: "L",
        text: "GTVp, GTVn in turn",
        group: "Draw",
        match: ["l"],
        run: () => this.setLabel(3 - this.pen.label),
      },
      { keys: "[ and ]", text: "Smaller, larger brush", group: "Draw", match: ["["], run: () => this.resize(0.8) },
      { keys: "", text: "", group: "Mouse", match: ["]"], run: () => this.resize(1.25) },
      { keys: "Enter", text: "Close the outline", group: "Draw", match: ["enter"], run: () => this.polygon.close() },
      { keys: "Esc", text: "Drop the outline", group: "Draw", match: ["escape"], run: () => this.polygon.cancel() },
    );
  }
}
