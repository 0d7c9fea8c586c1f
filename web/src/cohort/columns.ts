import type { CaseRow } from "../api/types";
import { h, number, time } from "../ui/dom";

export interface Column {
  title: string;
  help: string;
  class?: string;
  value: (row: CaseRow) => string | number | null;
  cell: (row: CaseRow) => (Node | string)[];
  /** A column is shown where some row has something for it. */
  needed?: (row: CaseRow) => boolean;
}

const IMAGES = ["ct", "pet", "dose", "expert", "predicted"] as const;

export function flagText(flag: string): string {
  return flag.replaceAll("_", " ");
}

export function caseLink(id: string, text: string): HTMLElement {
  return h("a", { href: `#case/${encodeURIComponent(id)}` }, text);
}

function annotated(row: CaseRow): (Node | string)[] {
  const saved = row.annotations.map((each) =>
    h(
      "span",
      { class: `state ${each.state}`, title: `version ${each.version}, ${time(each.saved_at)}` },
      `${each.author}: ${each.state}`,
    ),
  );
  const editing = row.editing.map((name) => h("span", { class: "state editing" }, `${name} is on it`));
  return [...saved, ...editing];
}

const RANK = { draft: 1, submitted: 2, reviewed: 3, accepted: 4 };

export const COLUMNS: Column[] = [
  { title: "Case", help: "Patient", value: (row) => row.id, cell: (row) => [caseLink(row.id, row.id)] },
  { title: "Center", help: "Hospital", value: (row) => row.center, cell: (row) => [String(row.center ?? "–")] },
  {
    title: "Images",
    help: "What the case has",
    value: (row) => IMAGES.filter((name) => row.has[name]).length,
    cell: (row) =>
      IMAGES.filter((name) => row.has[name]).map((name) =>
        h("span", { class: "tag" }, name === "ct" || name === "pet" ? name.toUpperCase() : name),
      ),
  },
  {
    title: "Findings",
    help: "Quality findings: errors and warnings",
    value: (row) => (row.checked === false ? null : 1000 * row.findings.error + row.findings.warning),
    cell: (row) => [
      row.findings.error
        ? h("span", { class: "tag error" }, `${row.findings.error} error${row.findings.error > 1 ? "s" : ""}`)
        : "",
      row.findings.warning
        ? h("span", { class: "tag warning" }, `${row.findings.warning} warning${row.findings.warning > 1 ? "s" : ""}`)
        : "",
      row.checked === false ? h("span", { class: "quiet" }, "checking") : "",
    ],
  },
  {
    title: "Lesions",
    help: "Lesions of the prediction, else of the expert",
    class: "number",
    value: (row) => row.lesions,
    cell: (row) => [number(row.lesions, 0)],
  },
  {
    title: "HPV",
    help: "Predicted probability of HPV-positive",
    class: "number",
    value: (row) => row.hpv_probability,
    cell: (row) => [row.hpv_probability === null ? "–" : `${Math.round(100 * row.hpv_probability)} %`],
    needed: (row) => row.hpv_probability !== null,
  },
  {
    title: "RFS risk",
    help: "Predicted risk of recurrence, higher is worse",
    class: "number",
    value: (row) => row.rfs_risk,
    cell: (row) => [number(row.rfs_risk, 2)],
    needed: (row) => row.rfs_risk !== null,
  },
  {
    title: "Flags",
    help: "Where the prediction fails against the expert; a click goes there",
    value: (row) => -row.flags.length || null,
    cell: (row) =>
      row.flags.map((flag) => {
        const target = `#case/${encodeURIComponent(row.id)}/${encodeURIComponent(flag)}`;
        return h("a", { class: "tag flag", href: target, title: "Open at the slice" }, flagText(flag));
      }),
    needed: (row) => row.flags.length > 0,
  },
  {
    title: "Annotations",
    help: "Newest version of each annotator",
    value: (row) => Math.max(0, ...row.annotations.map((each) => RANK[each.state])) || null,
    cell: annotated,
  },
];
