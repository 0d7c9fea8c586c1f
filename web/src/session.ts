import { getJson, Refused, sendJson, setCsrf } from "./api/client";
import type { Me } from "./api/types";
import { ask } from "./ui/dialog";
import { h } from "./ui/dom";

/** Finds out why a change was refused, and has the person come in again. What is drawn stays on the page. */
export class Session {
  private running: Promise<boolean> | null = null;

  constructor(private readonly me: Me) {}

  /** Whether one is in again and the request may be sent once more; who asks meanwhile waits for the same answer. */
  renew(): Promise<boolean> {
    this.running ??= this.comeIn().finally(() => (this.running = null));
    return this.running;
  }

  private async comeIn(): Promise<boolean> {
    let said = "";
    for (;;) {
      const now = await current();
      if (now === "unknown") return false;
      if (now && this.isSame(now)) return setCsrf(now.csrf);
      const answer = await (this.me.accounts ? this.askPassword(now, said) : this.askAddress(now));
      if (answer === null) return false;
      said = answer;
    }
  }

  /** Never save one's work in another's name, nor into another cohort that has come to the same address. */
  private isSame(now: Me): boolean {
    return now.name === this.me.name && now.cohort === this.me.cohort;
  }

  private why(now: Me | null): string {
    if (!now) return "Your session has ended. What you drew is still on this page, and not saved yet.";
    if (now.cohort !== this.me.cohort)
      return `The server now shows ${now.cohort}, and this page ${this.me.cohort}: nothing is saved into another cohort.`;
    return (
      `This browser is now in as ${now.name}. What is on this page is ${this.me.name}'s, ` +
      `and is not saved in another's name.`
    );
  }

  /** The login form; resolves to what to say the next time, "" where it worked, null where it was put off. */
  private async askPassword(now: Me | null, said: string): Promise<string | null> {
    const attributes = { type: "password", autocomplete: "current-password", autofocus: true };
    const password = h("input", { ...attributes, "aria-label": "Password" });
    password.addEventListener("keydown", (event) => {
      if (event.key === "Enter")
        password.closest("dialog")?.querySelector<HTMLButtonElement>("button.primary")?.click();
    });
    const answer = await ask(
      `Log in again as ${this.me.name}`,
      [
        this.why(now),
        h("label", { class: "field" }, h("span", {}, "Password"), password),
        h("p", { class: "error", role: "alert" }, said),
      ],
      [
        { value: "later", text: "Not now" },
        { value: "login", text: "Log in", primary: true },
      ],
    );
    if (answer !== "login") return null;
    try {
      await sendJson("POST", "login", { name: this.me.name, password: password.value }, true);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  }

  private async askAddress(now: Me | null): Promise<string | null> {
    const answer = await ask(
      "Come in again",
      [
        this.why(now),
        "The server wants a new address: press Enter in its terminal, open the address that it prints in another " +
          "tab of this browser, and then try again here.",
      ],
      [
        { value: "later", text: "Not now" },
        { value: "again", text: "Try again", primary: true },
      ],
    );
    return answer === "again" ? "" : null;
  }
}

/** Who is in by the server's word, null for nobody. */
async function current(): Promise<Me | null | "unknown"> {
  try {
    return await getJson<Me>("me");
  } catch (error) {
    return error instanceof Refused && error.status === 401 ? null : "unknown";
  }
}
