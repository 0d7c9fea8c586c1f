import { sendJson } from "./api/client";
import type { CaseRow, Me } from "./api/types";
import { CasePage } from "./case/case_page";
import { CohortPage } from "./cohort/cohort_page";
import { button, h, replace } from "./ui/dom";
import { clearNotes, guarded, note } from "./ui/toast";

/** What is always there: the title line, and below it the cohort or one case. The address says which. */
export class Shell {
  readonly element: HTMLElement;
  private readonly body = h("div", { class: "body" });
  private readonly where = h("nav", { class: "where", "aria-label": "Cases" });
  private readonly cohort: CohortPage;
  private open_: CasePage | null = null;
  private turn = 0;
  /** The address of what is shown, to go back to where one stays. */
  private place = "#";

  constructor(readonly me: Me) {
    this.cohort = new CohortPage(me);
    const user = h("span", { class: "user" }, me.name ?? "", h("small", {}, ` ${me.role}`));
    this.element = h(
      "div",
      { class: "shell" },
      h(
        "header",
        {},
        h("a", { class: "logo", href: "#" }, "hyoid"),
        this.where,
        h("span", { class: "research", title: me.disclaimer }, "Research use only"),
        user,
        button("Keys ?", () => this.open_?.showKeys() ?? note("Open a case: the list is of its keys."), {
          class: "small",
        }),
        me.accounts && button("Log out", () => void this.logout(), { class: "small" }),
      ),
      this.body,
    );
    addEventListener("hashchange", () => void this.open(location.hash));
    addEventListener("beforeunload", (event) => {
      if (this.open_?.unsaved) event.preventDefault();
    });
  }

  /** `#case/ID` or `#case/ID/i,j,k`, else the cohort. */
  async open(hash: string): Promise<void> {
    const turn = ++this.turn;
    if (this.open_ && !(await this.open_.leave())) {
      history.replaceState(null, "", this.place);
      return;
    }
    this.open_ = null;
    if (turn !== this.turn) return;
    clearNotes();
    this.place = hash || "#";
    const found = /^#case\/([^/]+)(?:\/(.+))?$/.exec(hash);
    if (!found) {
      document.title = `${this.me.cohort} · hyoid`;
      replace(this.where, h("b", {}, this.me.cohort));
      replace(this.body, this.cohort.element);
      await guarded(() => this.cohort.load());
      return;
    }
    const id = decodeURIComponent(found[1]!);
    if (!this.cohort.rows.length) await guarded(() => this.cohort.load());
    if (turn !== this.turn) return;
    const page = new CasePage(
      id,
      this.me,
      this.cohort.rows.find((row) => row.id === id),
    );
    this.open_ = page;
    document.title = `${id} · hyoid`;
    replace(this.body, page.element);
    this.showWhere(id);
    await page.load(found[2] ?? "");
  }

  private showWhere(id: string): void {
    const rows: CaseRow[] = this.cohort.shown();
    const at = rows.findIndex((row) => row.id === id);
    const select = h("select", { "aria-label": "Case" }, ...rows.map((row) => h("option", { value: row.id }, row.id)));
    if (at < 0) select.append(h("option", { value: id }, id));
    select.value = id;
    select.addEventListener("change", () => this.go(select.value));
    const next = (by: number, text: string, name: string) => {
      const row = rows[at + by];
      return button(text, () => row && this.go(row.id), {
        "aria-label": name,
        class: "small",
        disabled: !row || at < 0,
      });
    };
    replace(
      this.where,
      h("a", { href: "#" }, this.me.cohort),
      h("span", {}, "›"),
      next(-1, "‹", "Previous case"),
      select,
      next(1, "›", "Next case"),
    );
  }

  private go(id: string): void {
    location.hash = `case/${encodeURIComponent(id)}`;
  }

  private async logout(): Promise<void> {
    if (this.open_ && !(await this.open_.leave())) return;
    await guarded(() => sendJson("POST", "logout", undefined, true));
    location.hash = "";
    location.reload();
  }
}
