import { h } from "../ui/dom";

/** Panels of which one is seen; the arrow keys go from tab to tab. */
export class Tabs {
  readonly element: HTMLElement;
  private readonly tabs: HTMLButtonElement[];
  private readonly panels: HTMLElement[];

  constructor(parts: { name: string; content: HTMLElement }[]) {
    this.panels = parts.map(({ name, content }) =>
      h("div", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}`, tabindex: -1 }, content),
    );
    this.tabs = parts.map(({ name }, at) => {
      const tab = h(
        "button",
        { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}` },
        name,
      );
      tab.addEventListener("click", () => this.show(at));
      tab.addEventListener("keydown", (event) => {
        const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
        if (!by) return;
        event.stopPropagation();
        const next = (at + by + parts.length) % parts.length;
        this.show(next);
        this.tabs[next]!.focus();
      });
      return tab;
    });
    this.element = h("div", { class: "tabs" }, h("div", { role: "tablist" }, ...this.tabs), ...this.panels);
    this.show(0);
  }

  private show(at: number): void {
    this.tabs.forEach((tab, each) => {
      tab.setAttribute("aria-selected", String(each === at));
      tab.tabIndex = each === at ? 0 : -1;
    });
    this.panels.forEach((panel, each) => (panel.hidden = each !== at));
  }
}
