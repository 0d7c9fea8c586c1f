import { getJson } from "../api/client";
import type { CaseRow, Me, Progress } from "../api/types";
import { button, h, number, replace } from "../ui/dom";
import { COLUMNS, flagText, type Column } from "./columns";
import { exportDialog } from "./export_dialog";
import { auditDialog } from "./audit_dialog";

const AGAIN_MS = 3000;

/** The cohort as a table that sorts and filters, with the annotators' progress above. */
export class CohortPage {
  readonly element: HTMLElement;
  rows: CaseRow[] = [];
  private sorted: { column: Column; down: boolean } = { column: COLUMNS[0]!, down: false };
  private text = "";
  private flag = "";
  private state = "";
  private readonly table = h("div", { class: "table-scroll" });
  private readonly progress = h("div", { class: "progress" });
  private readonly count = h("span", { class: "quiet", role: "status" });
  private readonly flags = h("select", { "aria-label": "Only cases flagged" });

  constructor(me: Me) {
    const search = h("input", { type: "search", placeholder: "Case or center", "aria-label": "Search case or center" });
    search.addEventListener("input", () => {
      this.text = search.value.toLowerCase();
      this.draw();
    });
    this.flags.addEventListener("change", () => {
      this.flag = this.flags.value;
      this.draw();
    });
    this.element = h(
      "main",
      { class: "cohort" },
      h(
        "div",
        { class: "cohort-head" },
        h("h1", {}, me.cohort),
        this.count,
        search,
        this.flags,
        this.stateFilter(),
        me.role === "admin" && button("Export…", () => void exportDialog(), { class: "primary" }),
        me.role === "admin" && button("Audit log", () => void auditDialog()),
      ),
      this.progress,
      this.table,
    );
  }

  async load(): Promise<void> {
    const answer = await getJson<{ cases: CaseRow[]; waiting?: number }>("cases");
    this.rows = answer.cases;
    this.draw();
    const progress = await getJson<Progress>("progress").catch(() => null);
    if (progress) this.drawProgress(progress);
    if (answer.waiting && this.element.isConnected) {
      this.count.textContent += ` · ${answer.waiting} still being checked`;
      setTimeout(() => this.element.isConnected && void this.load().catch(() => undefined), AGAIN_MS);
    }
  }

  /** Rows after filter and sort, which is also the order of "next case". */
  shown(): CaseRow[] {
    const { column, down } = this.sorted;
    const kept = this.rows.filter((row) => this.keeps(row));
    return kept.sort((a, b) => compare(column.value(a), column.value(b), down) || a.id.localeCompare(b.id));
  }

  private keeps(row: CaseRow): boolean {
    if (this.text && !`${row.id} ${row.center ?? ""}`.toLowerCase().includes(this.text)) return false;
    if (this.flag && !row.flags.includes(this.flag)) return false;
    if (this.state === "none") return row.annotations.length === 0;
    return !this.state || row.annotations.some((each) => each.state === this.state);
  }

  private stateFilter(): HTMLElement {
    const select = h(
      "select",
      { "aria-label": "Only cases with annotations in state" },
      h("option", { value: "" }, "All annotations"),
      h("option", { value: "none" }, "Not annotated"),
      ...["draft", "submitted", "reviewed", "accepted"].map((state) => h("option", { value: state }, state)),
    );
    select.addEventListener("change", () => {
      this.state = select.value;
      this.draw();
    });
    return select;
  }

  private draw(): void {
    const flags = [...new Set(this.rows.flatMap((row) => row.flags))].sort();
    replace(
      this.flags,
      h("option", { value: "" }, "All flags"),
      ...flags.map((flag) => h("option", { value: flag }, flagText(flag))),
    );
    this.flags.value = this.flag;
    const rows = this.shown();
    const columns = COLUMNS.filter((column) => !column.needed || this.rows.some(column.needed));
    this.count.textContent =
      rows.length === this.rows.length ? `${rows.length} cases` : `${rows.length} of ${this.rows.length} cases`;
    const head = columns.map((column) => this.headCell(column));
    const body = rows.map((row) => {
      const line = h(
        "tr",
        { "data-case": row.id },
        ...columns.map((column) => h("td", { class: column.class }, ...column.cell(row))),
      );
      line.addEventListener("dblclick", () => (location.hash = `case/${encodeURIComponent(row.id)}`));
      return line;
    });
    replace(this.table, h("table", { class: "cases" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...body)));
  }

  private headCell(column: Column): HTMLElement {
    const own = this.sorted.column === column;
    const cell = h(
      "th",
      { scope: "col", class: column.class, "aria-sort": own ? (this.sorted.down ? "descending" : "ascending") : null },
      button(
        `${column.title}${own ? (this.sorted.down ? " ▾" : " ▴") : ""}`,
        () => undefined, // the whole cell sorts; the button is what keys reach
        { class: "link", title: column.help },
      ),
    );
    cell.addEventListener("click", () => {
      this.sorted = { column, down: own ? !this.sorted.down : false };
      this.draw();
    });
    return cell;
  }

  private drawProgress(progress: Progress): void {
    replace(
      this.progress,
      ...progress.annotators.map((each) => {
        const parts = (["draft", "submitted", "reviewed", "accepted"] as const).filter((state) => each[state]);
        const begun = parts.reduce((sum, state) => sum + each[state], 0);
        const bar = h(
          "div",
          { class: "bar" },
          ...parts.map((state) => {
            const piece = h("i", { class: state });
            piece.style.width = `${(100 * each[state]) / Math.max(progress.total, 1)}%`;
            return piece;
          }),
        );
        const said = parts.map((state) => `${each[state]} ${state}`).join(", ");
        return h(
          "div",
          { class: "annotator", role: "img", "aria-label": `${each.name}: ${said} of ${progress.total}` },
          h("b", {}, each.name),
          bar,
          h("span", {}, `${number(begun, 0)} of ${progress.total} · ${said}`),
        );
      }),
    );
  }
}

/** Unknown values stand last, whichever way the column is sorted. */
function compare(a: string | number | null, b: string | number | null, down: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const order =
    typeof a === "number" && typeof b === "number"
      ? a - b
      : String(a).localeCompare(String(b), undefined, { numeric: true });
  return down ? -order : order;
}
