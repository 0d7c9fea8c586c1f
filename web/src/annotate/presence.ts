import { part, sendJson } from "../api/client";

const BEAT_MS = 15_000;

/** Tells the server that one is on the case, and hears who else is. */
export class Presence {
  private readonly timer: number;
  private readonly tab = crypto.randomUUID().slice(0, 8);
  private failed = false;

  constructor(
    private readonly caseId: string,
    private readonly heard: (names: string[]) => void,
  ) {
    this.timer = window.setInterval(() => void this.beat(), BEAT_MS);
    void this.beat();
  }

  async leave(): Promise<void> {
    clearInterval(this.timer);
    await sendJson("DELETE", this.path, undefined, true).catch(() => undefined); // it runs out by itself too
  }

  private get path(): string {
    return `cases/${part(this.caseId)}/presence?tab=${this.tab}`;
  }

  private async beat(): Promise<void> {
    try {
      const answer = await sendJson<{ others: { name: string }[] }>("PUT", this.path, undefined, true);
      this.failed = false;
      this.heard([...new Set(answer.others.map((other) => other.name))]);
    } catch {
      if (!this.failed) this.heard([]);
      this.failed = true;
    }
  }
}
