import { getJson, getVoxels, part, sendJson } from "../api/client";
import type { Agreement, AnnotationStatus, Me, Saved, State } from "../api/types";
import { ask, askText } from "../ui/dialog";
import { button, h, heading, number, replace, time } from "../ui/dom";
import { guarded, note } from "../ui/toast";
import { makeLayer } from "../view/layer";
import type { View } from "../view/view";

const NEXT: Partial<Record<State, { to: State; text: string }>> = {
  draft: { to: "submitted", text: "Submit" },
  submitted: { to: "reviewed", text: "Mark as reviewed" },
  reviewed: { to: "accepted", text: "Accept" },
};

export interface Hooks {
  /** Saves what is drawn; false where it could not. */
  save: () => Promise<boolean>;
  /** Whether no voxel is drawn. */
  empty: () => boolean;
  /** Takes labels of a version into what is drawn. */
  adopt: (labels: Uint8Array, text: string) => void;
}

/** States with their reasons, history with every version to open, agreement and consensus. */
export class ProtocolPanel {
  readonly element = h("div", { class: "panel" });
  status: AnnotationStatus | null = null;
  private readonly states = h("section", {});
  private readonly history = h("section", {});
  private readonly agreement = h("section", {});

  constructor(
    private readonly view: View,
    private readonly me: Me,
    private readonly hooks: Hooks,
  ) {
    this.element.append(this.states, this.history, this.agreement);
  }

  private get path(): string {
    return `cases/${part(this.view.panel.id)}`;
  }

  async refresh(): Promise<AnnotationStatus> {
    const status = await getJson<AnnotationStatus>(`${this.path}/annotation`);
    this.status = status;
    this.drawStates(status);
    this.drawHistory(status);
    if (status.others.length + (status.mine ? 1 : 0) > 1) void guarded(() => this.drawAgreement());
    return status;
  }

  /** Saves, then submits what is drawn. */
  async submit(): Promise<void> {
    if (!(await this.hooks.save())) return;
    const status = await guarded(() => this.refresh());
    const mine = status?.mine;
    if (mine && this.hooks.empty() && !(await this.withoutTumor())) return;
    if (mine) await this.change({ ...mine, author: this.me.name ?? "" }, "submitted");
    else note("There is nothing to submit yet.", "warning");
  }

  /** An annotation that was emptied by mistake must not pass for a finding of no tumour. */
  private async withoutTumor(): Promise<boolean> {
    const answer = await ask(
      "Nothing is drawn",
      ["No lesion is drawn. Submit as a case without tumour?"],
      [
        { value: "cancel", text: "Cancel", primary: true },
        { value: "submit", text: "Submit without tumour" },
      ],
    );
    return answer === "submit";
  }

  private drawStates(status: AnnotationStatus): void {
    const mine = status.mine ? [{ ...status.mine, author: this.me.name ?? "" }] : [];
    const cards = [...mine, ...status.others].map((saved) => this.card(saved, saved.author === this.me.name));
    replace(this.states, heading("State"), ...cards);
    if (!cards.length) this.states.append(h("p", { class: "quiet" }, "Nobody has annotated this case yet."));
  }

  private card(saved: Saved, own: boolean): HTMLElement {
    const reviewer = this.me.role === "admin" && (!own || !this.me.accounts);
    const next = NEXT[saved.state];
    const mayGoOn = saved.state === "draft" ? own : reviewer;
    const mayReturn = saved.state !== "draft" && (reviewer || (own && saved.state === "submitted"));
    const forward =
      next && mayGoOn && this.me.role !== "reader"
        ? button(next.text, () => void (next.to === "submitted" ? this.submit() : this.change(saved, next.to)), {
            class: "primary",
          })
        : null;
    const back =
      mayReturn && this.me.role !== "reader" ? button("Back to draft", () => void this.change(saved, "draft")) : null;
    return h(
      "div",
      { class: "card", "data-author": saved.author },
      h(
        "div",
        {},
        h("b", {}, own ? `${saved.author} (you)` : saved.author),
        " ",
        h("span", { class: `state ${saved.state}` }, saved.state),
      ),
      h("div", { class: "quiet" }, `version ${saved.version}, ${time(saved.saved_at)}`),
      h(
        "div",
        { class: "row" },
        forward,
        back,
        !own &&
          button("Show", () => void this.open(saved.author, saved.version), {
            "aria-label": `Show ${saved.author}'s contours`,
          }),
      ),
    );
  }

  private async change(saved: Saved, to: State): Promise<void> {
    const back = to === "draft";
    const reason = await askText(
      `${saved.author}: ${saved.state} → ${to}`,
      back ? "Reason (needed)" : "Remark (optional)",
      back,
    );
    if (reason === null) return;
    const body = { to, reason, version: saved.version };
    const done = await guarded(() => sendJson("POST", `${this.path}/annotation/${part(saved.author)}/state`, body));
    if (done) note(`${saved.author}'s version ${saved.version} is now ${to}.`);
    await guarded(() => this.refresh());
  }

  private drawHistory(status: AnnotationStatus): void {
    const rows = [...status.history].reverse().map((entry) =>
      h(
        "tr",
        {},
        h(
          "td",
          {},
          button(`${entry.author} ${entry.version}`, () => void this.open(entry.author, entry.version), {
            class: "link",
            "aria-label": `Open version ${entry.version} of ${entry.author}`,
          }),
        ),
        h("td", {}, entry.event, entry.who && entry.who !== entry.author ? ` by ${entry.who}` : ""),
        h("td", {}, time(entry.saved_at)),
        h("td", {}, entry.reason ?? ""),
      ),
    );
    replace(this.history, heading("History"));
    if (!rows.length) return;
    const head = ["Version", "Event", "When", "Reason"].map((text) => h("th", { scope: "col" }, text));
    this.history.append(
      h("table", { class: "history" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)),
    );
  }

  /** Shows a version as a layer beside the others, or goes on from it. */
  private async open(author: string, version: number): Promise<void> {
    const labels = await guarded(() => getVoxels(`${this.path}/annotation/${part(author)}/${version}/voxels`));
    if (!labels) return;
    const may = this.me.role !== "reader";
    const answer = await ask(
      `${author}, version ${version}`,
      ["Show it beside what you draw, or go on from it? Going on can be undone."],
      [
        { value: "show", text: "Show as a layer", primary: !may },
        ...(may ? [{ value: "edit" as const, text: "Go on from it", primary: true }] : []),
      ],
    );
    if (answer === "show") this.view.put(makeLayer(`${author}@${version}`, `${author} ${version}`, labels));
    if (answer === "edit") this.hooks.adopt(labels, `version ${version} of ${author}`);
  }

  private async drawAgreement(): Promise<void> {
    const found = await getJson<Agreement>(`${this.path}/agreement`);
    const names = found.observers.map((each) => (typeof each === "string" ? each : each.author));
    const tables = Object.entries(found.dsc).map(([lesion, dsc]) => {
      const head = ["", ...names].map((text) => h("th", { scope: "col" }, text));
      const rows = names.map((one) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, one),
          ...names.map((other) => h("td", {}, one === other ? "" : number(dsc[one]?.[other], 2))),
        ),
      );
      const title = lesion === "gtvp" ? "GTVp" : lesion === "gtvn" ? "GTVn" : lesion;
      return h(
        "table",
        { class: "numbers" },
        h("caption", {}, `DSC, ${title}`),
        h("thead", {}, h("tr", {}, ...head)),
        h("tbody", {}, ...rows),
      );
    });
    const show = async (method: string, title: string) => {
      const labels = await guarded(() => getVoxels(`${this.path}/consensus/${method}/voxels`));
      if (labels) this.view.put(makeLayer(`consensus-${method}`, title, labels));
    };
    replace(
      this.agreement,
      heading("Agreement of annotators"),
      ...tables,
      h(
        "div",
        { class: "row" },
        button("STAPLE consensus", () => void show("staple", "STAPLE")),
        button("Majority", () => void show("majority", "majority")),
      ),
    );
  }
}
