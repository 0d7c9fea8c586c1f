import type { CaseRow, Me, Vec3 } from "../api/types";
import { casePanel } from "../panels/case_panel";
import { differencePanel } from "../panels/difference_panel";
import { displayPanel } from "../panels/display_panel";
import { Annotating } from "../annotate/annotating";
import { h, replace } from "../ui/dom";
import { guarded, note } from "../ui/toast";
import { Keymap } from "../view/keys";
import { listen } from "../view/mouse";
import type { View } from "../view/view";
import { loadCase, loadLayers, loadPanel } from "./load";
import { showKeys } from "./key_list";
import { PlaneGrid } from "./plane_grid";
import { viewKeys } from "./view_keys";
import { readout } from "../view/readout";
import { Tabs } from "./tabs";

/** What is seen around a lesion when a case opens: the neck, and not the whole body. */
const OPEN_MM = 260;

/** One case: planes on the left, panels on the right, values below. */
export class CasePage {
  readonly element = h("main", { class: "case" });
  private readonly keys = new Keymap();
  private annotating: Annotating | null = null;
  private readonly onKey = (event: KeyboardEvent) => this.keys.handle(event);
  private grid: PlaneGrid | null = null;
  private left = false;

  constructor(
    private readonly id: string,
    private readonly me: Me,
    private readonly row: CaseRow | undefined,
  ) {}

  get unsaved(): boolean {
    return this.annotating?.unsaved ?? false;
  }

  showKeys(): void {
    showKeys(this.keys);
  }

  async load(target: string): Promise<void> {
    const progress = h("div", { class: "loading", role: "status" }, `Opening ${this.id}`);
    replace(this.element, progress);
    const panel = loadPanel(this.id);
    panel.catch(() => undefined); // it is awaited below, after the images
    const view = await guarded(() =>
      loadCase(this.id, this.row, (text, done) => {
        progress.textContent = `Opening ${this.id} · ${text} (${Math.round(100 * done)} %)`;
      }),
    );
    if (this.left) return;
    if (!view) {
      progress.textContent = "This case could not be opened.";
      return;
    }
    const grid = this.show(view);
    grid.draw();
    this.element.dataset["planes"] = "true";
    const told = await guarded(() => panel);
    if (this.left) return;
    if (told) {
      view.panel = told;
      view.changed("panel");
      if (this.jump(view, decodeURIComponent(target))) grid.focus(OPEN_MM);
    }
    const layers = await guarded(() => loadLayers(view).then(() => true));
    if (layers && !this.left) await this.annotating?.start();
    this.element.dataset["ready"] = "true";
  }

  /** Saves what is unsaved and stops what runs in the background; false where one has to stay. */
  async leave(): Promise<boolean> {
    if (this.annotating && !(await this.annotating.leave())) return false;
    this.left = true;
    removeEventListener("keydown", this.onKey);
    this.grid?.close();
    return true;
  }

  private show(view: View): PlaneGrid {
    const grid = new PlaneGrid(view);
    this.grid = grid;
    const annotating = new Annotating(view, this.me, grid, this.keys);
    this.annotating = annotating;
    const line = readout(view, grid.viewports);
    for (const viewport of grid.viewports) listen(view, viewport, () => annotating.tool, line.update);
    viewKeys(this.keys, view, grid, () => this.showKeys());
    addEventListener("keydown", this.onKey);
    const tabs = new Tabs([
      {
        name: "Display",
        content: displayPanel(
          view,
          differencePanel(view, () => annotating.versions()),
        ),
      },
      { name: "Case", content: casePanel(view) },
      { name: "Annotate", content: annotating.panel },
      { name: "Protocol", content: annotating.protocol },
    ]);
    replace(
      this.element,
      grid.element,
      h("aside", { "aria-label": "Panels" }, tabs.element),
      h("footer", {}, line.element, annotating.status),
    );
    return grid;
  }

  /** Goes to the flag or voxel in the address, else to the first lesion; false where there is none. */
  private jump(view: View, target: string): boolean {
    const voxel = /^\d+,\d+,\d+$/.test(target) ? (target.split(",").map(Number) as Vec3) : null;
    const flagged = view.panel.jumps.find((jump) => jump.flag === target);
    const first = Object.values(view.panel.lesions)
      .flat()
      .find((lesion) => lesion.center_voxel);
    const to = voxel ?? flagged?.voxel ?? (view.touched ? null : first?.center_voxel);
    if (to) view.moveTo(to);
    if (flagged) note(flagged.text);
    return to !== undefined && to !== null;
  }
}
