import { getVoxels, part } from "../api/client";
import type { Me } from "../api/types";
import type { PlaneGrid } from "../case/plane_grid";
import { button, h, heading } from "../ui/dom";
import { guarded, note } from "../ui/toast";
import type { Keymap } from "../view/keys";
import { makeLayer } from "../view/layer";
import type { Tool } from "../view/mouse";
import type { View } from "../view/view";
import { annotateKeys } from "./annotate_keys";
import { copySlice } from "./copy_slice";
import { Drawing } from "./drawing";
import { LiveCheck } from "./live_check";
import { Operations } from "./operations";
import { Pen } from "./pen";
import { Presence } from "./presence";
import { ProtocolPanel } from "./protocol_panel";
import { Saving } from "./saving";
import { ToolBox } from "./tool_box";

/** One's own annotation of the open case: what is drawn, how, and how it is kept. */
export class Annotating {
  readonly panel: HTMLElement;
  readonly protocol: HTMLElement;
  readonly status = h("div", { class: "save-status", role: "status" });
  private readonly drawing: Drawing;
  private readonly tools: ToolBox;
  private readonly operations: Operations;
  private readonly check: LiveCheck;
  private readonly saving: Saving;
  private readonly protocolPanel: ProtocolPanel;
  private presence: Presence | null = null;
  private others: string[] = [];
  private started = false;
  private shown = false;
  private readonly undoButton: HTMLButtonElement;
  private readonly redoButton: HTMLButtonElement;

  constructor(
    private readonly view: View,
    private readonly me: Me,
    private readonly grid: PlaneGrid,
    keys: Keymap,
  ) {
    const layer = makeLayer("annotated", "drawn", new Uint8Array(view.space.count));
    this.drawing = new Drawing(layer, () => this.drawn());
    const pen = new Pen(view, this.drawing);
    const may = () => this.started && me.role !== "reader";
    this.tools = new ToolBox(view, pen, may, grid.viewports, keys);
    this.operations = new Operations(view, this.drawing, pen, may);
    this.check = new LiveCheck(view, this.drawing, () => void this.operations.quick("separate"));
    const image = (view.images.ct ?? view.images.pet)!; // a case without either does not open
    this.saving = new Saving(view.panel.id, me.name ?? "", this.drawing, image, (saved) => {
      this.tell();
      if (saved)
        void this.protocolPanel.refresh().then(
          () => this.view.changed("layers"),
          () => undefined,
        );
    });
    this.protocolPanel = new ProtocolPanel(view, me, {
      save: () => this.saving.save(),
      empty: () => !this.drawing.labels.some((label) => label > 0),
      adopt: (labels, text) => note(`${text}: ${this.drawing.replace(labels, text)} voxels changed.`),
    });
    this.undoButton = button("Undo", () => this.undo(), { title: "Ctrl+Z" });
    this.redoButton = button("Redo", () => this.redo(), { title: "Ctrl+Y" });
    this.panel = this.build(pen);
    this.protocol = this.protocolPanel.element;
    if (me.role !== "reader") {
      annotateKeys(keys, {
        copy: (by) => this.copy(pen, by),
        interpolate: () => void this.operations.quick("interpolate_slices"),
        undo: () => this.undo(),
        redo: () => this.redo(),
        save: () => void this.saving.save(),
      });
    }
    this.tell();
  }

  get tool(): Tool | null {
    return this.tools.tool;
  }

  get unsaved(): boolean {
    return this.saving.dirty;
  }

  /** Saved versions as the difference knows them: "author@version". */
  versions(): string[] {
    const status = this.protocolPanel.status;
    if (!status) return [];
    const mine = status.mine ? [`${this.me.name}@${status.mine.version}`] : [];
    return [...mine, ...status.others.map((other) => `${other.author}@${other.version}`)];
  }

  /** Fetches one's newest version; from then on one can draw. */
  async start(): Promise<void> {
    if (this.me.annotations === false) {
      this.saving.text = "annotating is off";
      this.tell();
      return;
    }
    await guarded(async () => {
      const status = await this.protocolPanel.refresh();
      if (status.mine) {
        const { version } = status.mine;
        const path = `cases/${part(this.view.panel.id)}/annotation/${part(this.me.name ?? "")}/${version}/voxels`;
        this.drawing.layer.labels = await getVoxels(path);
        this.saving.settle(version);
        this.saving.text = `version ${version}, ${status.mine.state}`;
        this.drawn();
        this.check.soon();
      }
      await this.operations.load();
      this.started = true;
      this.presence = new Presence(this.view.panel.id, (names) => {
        this.others = names;
        this.tell();
      });
      this.view.changed("layers");
    });
    this.tell();
  }

  /** Saves; false where that failed and the person rather stays. */
  async leave(): Promise<boolean> {
    if (!(await this.saving.leave())) return false;
    this.check.stop();
    await this.presence?.leave();
    return true;
  }

  private build(pen: Pen): HTMLElement {
    if (this.me.role === "reader") {
      return h(
        "div",
        { class: "panel" },
        h("p", { class: "quiet" }, "Your account may look and not draw. Ask an admin for another role."),
      );
    }
    const start = h("div", { class: "row" });
    this.view.on(["panel"], () =>
      start.replaceChildren(
        ...this.view.panel.layers.map((name) => button(`Start from ${name}`, () => this.startFrom(name))),
      ),
    );
    return h(
      "div",
      { class: "panel annotate" },
      h(
        "div",
        { class: "row steps" },
        this.undoButton,
        this.redoButton,
        button("Save", () => void this.saving.save(), { title: "Ctrl+S" }),
        button("Submit…", () => void this.protocolPanel.submit(), { class: "primary" }),
      ),
      start,
      this.tools.element,
      h(
        "section",
        {},
        heading("Slices"),
        h(
          "div",
          { class: "row" },
          button("Copy down", () => this.copy(pen, -1), {
            title: "C: to the next slice towards the feet, right or back",
          }),
          button("Copy up", () => this.copy(pen, 1), { title: "Shift+C" }),
          button("Interpolate", () => void this.operations.quick("interpolate_slices"), {
            title: "J: fill the slices between drawn ones",
          }),
        ),
      ),
      this.check.element,
      this.operations.element,
    );
  }

  /** A layer as the starting point, where something is drawn already only after it was made a step. */
  private startFrom(name: string): void {
    const layer = this.view.layer(name);
    if (layer && this.started)
      note(
        `Start from ${name}: ${this.drawing.replace(layer.labels, `start from ${name}`)} voxels changed. ` +
          "Undo brings back what was there.",
      );
  }

  private copy(pen: Pen, by: 1 | -1): void {
    if (!this.started) return;
    const { plane, index } = this.grid.active;
    const count = copySlice(this.view, this.drawing, pen, plane, index, index + by);
    if (count === null) return;
    const next = [...this.view.cursor];
    next[plane.w] = index + by;
    this.view.moveTo(next);
  }

  private undo(): void {
    const text = this.drawing.undo();
    if (text) note(`Undone: ${text}`);
  }

  private redo(): void {
    const text = this.drawing.redo();
    if (text) note(`Done again: ${text}`);
  }

  private drawn(): void {
    if (!this.shown) {
      this.shown = true;
      this.view.put(this.drawing.layer);
    }
    this.view.changed("labels");
    const { undo, redo } = this.drawing.steps;
    this.undoButton.disabled = !undo;
    this.redoButton.disabled = !redo;
    if (this.saving.dirty) this.saving.text = `unsaved changes on version ${this.saving.base}`;
    this.tell();
    if (this.started) this.check.soon();
  }

  private tell(): void {
    const others = this.others.length
      ? `${this.others.join(", ")} ${this.others.length > 1 ? "are" : "is"} on this case too`
      : "";
    const said = this.me.role === "reader" ? "reading" : this.saving.text;
    this.status.replaceChildren(
      ...(others ? [h("span", { class: "others", title: others }, others)] : []),
      h("span", { class: this.saving.dirty ? "dirty" : "", title: said }, said),
    );
  }
}
