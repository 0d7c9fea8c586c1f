import { getJson } from "../api/client";
import { ask } from "../ui/dialog";
import { h, time } from "../ui/dom";
import { guarded } from "../ui/toast";

type Line = Record<string, unknown>;

/** Who did what and when, as the server wrote it down. */
export async function auditDialog(): Promise<void> {
  const answer = await guarded(() => getJson<Line[] | Record<string, Line[]>>("audit"));
  if (!answer) return;
  const lines = Array.isArray(answer) ? answer : (Object.values(answer).find(Array.isArray) ?? []);
  const cell = (value: unknown) => (value && typeof value === "object" ? JSON.stringify(value) : String(value ?? ""));
  const rows = lines.map((line) => h("tr", {},
    h("td", {}, time(cell(line["at"]))), h("td", {}, cell(line["who"])), h("td", {}, cell(line["what"])),
    h("td", {}, cell(line["case_id"] ?? line["case"])), h("td", {}, cell(line["author"])),
    h("td", {}, cell(line["version"])), h("td", {}, cell(line["reason"]))));
  const head = ["When", "Who", "What", "Case", "Annotation of", "Version", "Reason"].map((text) => h("th", { scope: "col" }, text));
  await ask("Audit log", [h("div", { class: "table-scroll" },
    h("table", { class: "cases" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)))],
  [{ value: "close", text: "Close", primary: true }]);
}
