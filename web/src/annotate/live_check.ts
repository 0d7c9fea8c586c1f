import { part, sendVoxels } from "../api/client";
import type { Check } from "../api/types";
import { lesionTable } from "../panels/case_panel";
import { button, h, heading, replace } from "../ui/dom";
import type { View } from "../view/view";
import type { Drawing } from "./drawing";

const WAIT_MS = 500;
/** All voxels go to the server each time, so that a large image waits longer for a pause. */
const VOXELS_PER_MS = 50_000;

/** Lesions, the node rule, and whether GTVp touches GTVn, a moment after each change. */
export class LiveCheck {
  readonly element = h(
    "section",
    { class: "check-live", "aria-live": "polite" },
    heading("Check"),
    h("p", { class: "quiet" }, "Nothing drawn yet."),
  );
  last: Check | null = null;
  private timer = 0;
  private running = false;
  private checked = -1;

  constructor(
    private readonly view: View,
    private readonly drawing: Drawing,
    private readonly separate: () => void,
  ) {}

  soon(): void {
    clearTimeout(this.timer);
    this.element.dataset["state"] = "waiting";
    this.timer = window.setTimeout(
      () => void this.now(),
      Math.max(WAIT_MS, this.drawing.labels.length / VOXELS_PER_MS),
    );
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private async now(): Promise<void> {
    if (this.running) return this.soon();
    if (this.checked === this.drawing.revision) {
      this.element.dataset["state"] = "current";
      return;
    }
    this.running = true;
    const revision = this.drawing.revision;
    try {
      const response = await sendVoxels("POST", `cases/${part(this.view.panel.id)}/check`, this.drawing.labels, true);
      this.last = (await response.json()) as Check;
      this.checked = revision;
      this.show(this.last);
    } catch (error) {
      replace(this.element, heading("Check"), h("p", { class: "quiet" }, (error as Error).message));
    }
    this.running = false;
    if (this.drawing.revision !== revision) this.soon();
    else this.element.dataset["state"] = "current";
  }

  private show(check: Check): void {
    const rules = check.rules.map((rule) =>
      h("li", { class: rule.ok ? "ok" : "broken" }, h("b", {}, rule.ok ? "✓" : "!"), ` ${rule.text}`),
    );
    const touching = check.touching
      ? h(
          "p",
          { class: "broken", "data-touching": "true" },
          h("b", {}, "!"),
          " GTVp touches GTVn: separate them before you submit. ",
          button("Separate them", this.separate),
        )
      : h("p", { class: "ok", "data-touching": "false" }, h("b", {}, "✓"), " GTVp and GTVn do not touch.");
    replace(
      this.element,
      heading("Check"),
      check.lesions.length
        ? lesionTable("drawn", check.lesions, this.view)
        : h("p", { class: "quiet" }, "No lesions are drawn."),
      touching,
      check.outside > 0 &&
        h("p", { class: "broken" }, h("b", {}, "!"), ` ${check.outside} voxels lie outside the PET.`),
      h("ul", { class: "rules" }, ...rules),
    );
  }
}
