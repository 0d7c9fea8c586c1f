import { part, sendJson } from "../api/client";
import type { Exported } from "../api/types";
import { choice } from "../ui/controls";
import { ask } from "../ui/dialog";
import { h } from "../ui/dom";
import { guarded, note } from "../ui/toast";

/** Asks what to export, has it made, and offers the download. */
export async function exportDialog(): Promise<void> {
  const wanted = { format: "nifti", state: "accepted", source: "author" };
  const fields = [
    choice(
      "Format",
      [
        { value: "nifti", text: "NIfTI cohort (HECKTOR tree)" },
        { value: "nnunet", text: "nnU-Net raw" },
        { value: "rtstruct", text: "DICOM RTSTRUCT" },
        { value: "seg", text: "DICOM SEG" },
      ],
      wanted.format,
      (value) => (wanted.format = value),
    ),
    choice(
      "Annotations that are",
      [
        { value: "accepted", text: "accepted" },
        { value: "reviewed", text: "reviewed or further" },
        { value: "submitted", text: "submitted or further" },
        { value: "draft", text: "in any state" },
      ],
      wanted.state,
      (value) => (wanted.state = value),
    ),
    choice(
      "Of several annotators",
      [
        { value: "author", text: "each author's own" },
        { value: "staple", text: "consensus by STAPLE" },
        { value: "majority", text: "consensus by majority" },
      ],
      wanted.source,
      (value) => (wanted.source = value),
    ),
  ];
  const answer = await ask(
    "Export annotations",
    fields.map((field) => field.element),
    [
      { value: "cancel", text: "Cancel" },
      { value: "export", text: "Export", primary: true },
    ],
  );
  if (answer !== "export") return;
  note("The export is being made.");
  const made = await guarded(() => sendJson<Exported>("POST", "exports", wanted));
  if (made) await offer(made);
}

async function offer(made: Exported): Promise<void> {
  const count = typeof made.files === "number" ? made.files : made.files.length;
  const link = h(
    "a",
    { href: `api/exports/${part(made.id)}.zip`, download: `${made.id}.zip`, class: "download" },
    `Download ${made.id}.zip`,
  );
  const notes = made.notes.length ? [h("ul", {}, ...made.notes.map((text) => h("li", {}, text)))] : [];
  await ask("Export", [`${count} files.`, ...notes, link], [{ value: "close", text: "Close", primary: true }]);
}
