import { getVoxels, part, Refused, sendVoxels } from "../api/client";
import { gzip } from "../api/gzip";
import { ask } from "../ui/dialog";
import { note } from "../ui/toast";
import { type Volume, writeLabels } from "../volume/nifti";
import type { Drawing } from "./drawing";

const AUTOSAVE_MS = 20_000;

/** Every save is a new version upon the one that was edited; nobody's work is overwritten unasked. */
export class Saving {
  /** The version that what is drawn builds upon. */
  base = 0;
  private saved = 0;
  private running: Promise<boolean> | null = null;
  /** The person was asked to come in again and put it off: the clock does not ask a second time. */
  private putOff = false;
  private readonly timer: number;
  /** What the foot of the page says. */
  text = "nothing drawn yet";

  constructor(
    private readonly caseId: string,
    private readonly author: string,
    private readonly drawing: Drawing,
    private readonly image: Volume,
    private readonly told: (saved: boolean) => void,
  ) {
    this.timer = window.setInterval(() => void (this.dirty && this.save("autosaved")), AUTOSAVE_MS);
  }

  get dirty(): boolean {
    return this.drawing.revision !== this.saved;
  }

  /** What is drawn is now what the server has as `version`. */
  settle(version: number): void {
    this.base = version;
    this.saved = this.drawing.revision;
  }

  /** Saves a last time and ends the clock; false where that failed and the person rather stays. */
  async leave(): Promise<boolean> {
    while (this.dirty && !(await this.save())) {
      const answer = await ask(
        "Not saved",
        ["What you drew could not be saved. If you leave now it is lost."],
        [
          { value: "leave", text: "Leave without it" },
          { value: "download", text: "Download mine" },
          { value: "again", text: "Try again" },
          { value: "stay", text: "Stay", primary: true },
        ],
      );
      if (answer === "leave") break;
      if (answer === "download") await this.download();
      if (answer === "stay" || answer === null) return false;
    }
    clearInterval(this.timer);
    return true;
  }

  /** Resolves to whether everything drawn at the call is safe. A second call waits for the first. */
  async save(word = "saved"): Promise<boolean> {
    if (this.running) await this.running;
    if (!this.dirty) return true;
    this.running = this.put(word).catch((error: Error) => {
      note(error.message, "error");
      return false;
    });
    try {
      return await this.running;
    } finally {
      this.running = null;
    }
  }

  private async put(word: string): Promise<boolean> {
    const revision = this.drawing.revision;
    this.say("saving …");
    try {
      const path = `cases/${part(this.caseId)}/annotation?base=${this.base}`;
      const response = await sendVoxels("PUT", path, this.drawing.labels, this.putOff && word === "autosaved");
      const answer = (await response.json()) as { version: number; note?: string };
      this.base = answer.version;
      this.saved = revision;
      this.putOff = false;
      if (answer.note) note(answer.note, "warning");
      this.say(`${word} as version ${answer.version}, ${new Date().toLocaleTimeString()}`);
      this.told(true);
      return true;
    } catch (error) {
      if (error instanceof Refused && error.status === 409) return this.conflict(error);
      this.putOff = error instanceof Refused && (error.status === 401 || error.status === 403);
      this.say("not saved");
      note(error instanceof Error ? error.message : String(error), "error");
      return false;
    }
  }

  private async conflict(error: Refused): Promise<boolean> {
    this.say("not saved: a newer version exists");
    const newest = currentOf(error.body["current"], this.base);
    for (;;) {
      const answer = await ask(
        "A newer version exists",
        [
          `${error.message}`,
          `Another window or machine saved version ${newest} of your annotation while you worked on ${this.base}. ` +
            "Nothing is overwritten: both stay in the history.",
        ],
        [
          { value: "download", text: "Download mine" },
          { value: "theirs", text: `Take version ${newest}` },
          { value: "mine", text: `Keep mine as version ${newest + 1}`, primary: true },
        ],
        false,
      );
      if (answer === "download") await this.download();
      if (answer === "mine") {
        this.base = newest;
        return this.put("saved");
      }
      if (answer === "theirs") return this.take(newest);
    }
  }

  private async take(version: number): Promise<boolean> {
    const path = `cases/${part(this.caseId)}/annotation/${part(this.author)}/${version}/voxels`;
    const labels = await getVoxels(path);
    this.drawing.replace(labels, `version ${version}`);
    this.settle(version);
    this.say(`on version ${version}`);
    this.told(true);
    return true;
  }

  /** The labels as a file that any viewer lays over the image. */
  private async download(): Promise<void> {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await gzip(writeLabels(this.image, this.drawing.labels)));
    link.download = `${this.caseId}-${this.author}-unsaved-labels.nii.gz`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  private say(text: string): void {
    this.text = text;
    this.told(false);
  }
}

function currentOf(current: unknown, base: number): number {
  if (typeof current === "number") return current;
  const version = (current as { version?: unknown } | null)?.version;
  return typeof version === "number" ? version : base + 1;
}
