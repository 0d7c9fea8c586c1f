import type { CasePanel, Lesion } from "../api/types";
import { button, h, heading, number, replace } from "../ui/dom";
import type { View } from "../view/view";
import { survivalPlot } from "./survival";

/** What is known of the patient: record, findings, lesions, predictions, and what was missing. */
export function casePanel(view: View): HTMLElement {
  const element = h("div", { class: "panel" }, h("p", { class: "quiet" }, "The lesions are being measured."));
  view.on(["panel"], () => {
    const { panel } = view;
    replace(
      element,
      jumps(view),
      lesionTables(view),
      hpv(panel),
      rfs(panel),
      findings(panel),
      record(panel),
      missing(panel),
    );
  });
  return element;
}

function jumps(view: View): HTMLElement | null {
  if (!view.panel.jumps.length) return null;
  const list = view.panel.jumps.map((jump) =>
    h(
      "li",
      {},
      button(jump.text, () => view.jumpTo(jump.voxel), { class: "link" }),
    ),
  );
  return h("section", {}, heading("Look at"), h("ul", { class: "plain" }, ...list));
}

function lesionTables(view: View): HTMLElement {
  const layers = Object.entries(view.panel.lesions).filter(([, lesions]) => lesions.length);
  if (!layers.length) return h("section", {}, heading("Lesions"), h("p", { class: "quiet" }, "No contours yet."));
  const tables = layers.map(([layer, lesions]) => lesionTable(layer, lesions, view));
  return h("section", {}, heading("Lesions"), ...tables);
}

export function labelName(label: string | number): string {
  const text = String(label).toLowerCase();
  return text === "1" || text === "gtvp" ? "GTVp" : text === "2" || text === "gtvn" ? "GTVn" : String(label);
}

/** One layer's lesions; a row goes to its lesion. */
export function lesionTable(caption: string, lesions: Lesion[], view: View): HTMLElement {
  // SUVmax and SUVpeak may break, so that six columns find room.
  const head = [[""], ["mL"], ["SUV", "max"], ["SUV", "peak"], ["TLG"]].map(([text, rest]) =>
    h("th", { scope: "col" }, text, rest && h("wbr"), rest),
  );
  const uncertain = lesions.some((lesion) => lesion.uncertainty !== null && lesion.uncertainty !== undefined);
  if (uncertain) head.push(h("th", { scope: "col", title: "Uncertainty: 0 where all models agree" }, "unc."));
  const rows = lesions.map((lesion) => {
    const name = `${labelName(lesion.label)} ${lesion.index}`;
    const go = () => lesion.center_voxel && view.jumpTo(lesion.center_voxel);
    const row = h(
      "tr",
      {},
      h(
        "th",
        { scope: "row" },
        button(name, go, { class: `link ${labelName(lesion.label)}`, "aria-label": `Go to ${caption} ${name}` }),
      ),
      h("td", {}, number(lesion.volume_ml, 2)),
      h("td", {}, number(lesion.suv_max, 1)),
      h("td", {}, number(lesion.suv_peak, 1)),
      h("td", {}, number(lesion.tlg_g, 1)),
    );
    if (uncertain) row.append(h("td", {}, number(lesion.uncertainty, 2)));
    return row;
  });
  return h(
    "table",
    { class: "numbers" },
    h("caption", {}, caption),
    h("thead", {}, h("tr", {}, ...head)),
    h("tbody", {}, ...rows),
  );
}

function hpv(panel: CasePanel): HTMLElement {
  if (!panel.hpv) return h("section", {}, heading("HPV status"), h("p", { class: "quiet" }, "No prediction."));
  const { probability, threshold, decision, note } = panel.hpv;
  const bar = h("div", {
    class: "probability",
    role: "img",
    "aria-label": `Probability ${number(100 * probability, 0)} %`,
  });
  const fill = h("div", { class: "fill" });
  fill.style.width = `${100 * probability}%`;
  bar.append(fill);
  if (threshold !== null) {
    const mark = h("div", { class: "mark", title: `threshold ${number(100 * threshold, 0)} %` });
    mark.style.left = `${100 * threshold}%`;
    bar.append(mark);
  }
  return h(
    "section",
    {},
    heading("HPV status"),
    h(
      "p",
      {},
      h("b", {}, `${number(100 * probability, 0)} %`),
      " probability of HPV-positive",
      decision === null ? "" : decision ? ": taken as positive" : ": taken as negative",
    ),
    bar,
    h(
      "p",
      { class: "quiet" },
      threshold === null ? "No threshold was given." : `Threshold ${number(100 * threshold, 0)} %.`,
      note ? ` ${note}` : "",
    ),
  );
}

function rfs(panel: CasePanel): HTMLElement {
  const title = heading("Recurrence-free survival");
  if (!panel.rfs) return h("section", {}, title, h("p", { class: "quiet" }, "No prediction."));
  return h(
    "section",
    { class: "rfs" },
    title,
    h("p", {}, "Risk ", h("b", {}, number(panel.rfs.risk, 2)), " (higher is worse)"),
    survivalPlot(panel.rfs),
    panel.rfs.note && h("p", { class: "quiet" }, panel.rfs.note),
  );
}

function findings(panel: CasePanel): HTMLElement {
  const list = panel.findings.map((finding) =>
    h(
      "li",
      { class: finding.severity },
      h("b", {}, finding.severity),
      ` ${finding.text} `,
      h("code", {}, finding.code),
    ),
  );
  return h(
    "section",
    {},
    heading("Quality findings"),
    list.length ? h("ul", { class: "findings" }, ...list) : h("p", { class: "quiet" }, "None."),
  );
}

function record(panel: CasePanel): HTMLElement {
  const rows = panel.clinical.map((entry) =>
    h(
      "tr",
      { class: entry.missing ? "quiet" : null },
      h("th", { scope: "row" }, entry.name),
      h("td", {}, entry.missing || entry.value === null || entry.value === undefined ? "missing" : String(entry.value)),
    ),
  );
  return h(
    "section",
    {},
    heading("Clinical record"),
    rows.length ? h("table", { class: "record" }, h("tbody", {}, ...rows)) : h("p", { class: "quiet" }, "None."),
  );
}

function missing(panel: CasePanel): HTMLElement | null {
  if (!panel.missing.length) return null;
  return h("section", {}, heading("What was missing"), h("ul", {}, ...panel.missing.map((text) => h("li", {}, text))));
}
