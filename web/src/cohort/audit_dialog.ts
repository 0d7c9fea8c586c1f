import { getText } from "../api/client";
import { ask } from "../ui/dialog";
import { h, time } from "../ui/dom";
import { guarded } from "../ui/toast";

type Line = Record<string, unknown>;

/** Who did what and when, as the server wrote it down. */
export async function auditDialog(): Promise<void> {
  const answer = await guarded(() => getText("audit"));
  if (answer === null) return;
  const lines = answer
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line)
    .reverse();
  const cell = (value: unknown) => (value && typeof value === "object" ? JSON.stringify(value) : String(value ?? ""));
  const rows = lines.map((line) =>
    h(
      "tr",
      {},
      h("td", {}, time(cell(line["at"]))),
      h("td", {}, cell(line["who"])),
      h("td", {}, cell(line["what"])),
      h("td", {}, cell(line["case_id"] ?? line["case"])),
      h("td", {}, cell(line["author"])),
      h("td", {}, cell(line["version"])),
      h("td", {}, cell(line["reason"])),
    ),
  );
  const head = ["When", "Who", "What", "Case", "Annotation of", "Version", "Reason"].map((text) =>
    h("th", { scope: "col" }, text),
  );
  await ask(
    "Audit log",
    [
      h(
        "div",
        { class: "table-scroll" },
        h("table", { class: "cases" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)),
      ),
    ],
    [{ value: "close", text: "Close", primary: true }],
  );
}
