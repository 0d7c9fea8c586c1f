import { h } from "./dom";

const MOST = 4;

/** Short notes at the foot of the page, read out by screen readers; errors stay until closed, or another page opens. */
const shelf = h("div", { class: "toasts", role: "status", "aria-live": "polite" });

export function note(text: string, kind: "info" | "warning" | "error" = "info"): void {
  if (!shelf.isConnected) document.body.append(shelf);
  // Said again it stands once, as the newest.
  for (const old of [...shelf.children]) if (old.querySelector("span")?.textContent === text) old.remove();
  const item = h("div", { class: `toast ${kind}` }, h("span", {}, text));
  const close = h("button", { type: "button", "aria-label": "Close this note" }, "×");
  close.addEventListener("click", () => item.remove());
  item.append(close);
  shelf.append(item);
  // No error goes unread for want of room: what only informs goes first, and errors scroll.
  while (shelf.children.length > MOST) {
    const mild = shelf.querySelector(":scope > .toast:not(.error):not(:last-child)");
    if (!mild) break;
    mild.remove();
  }
  shelf.scrollTop = shelf.scrollHeight;
  if (kind === "info") setTimeout(() => item.remove(), 5000);
}

/** Takes all notes away: they were of a page that is left. */
export function clearNotes(): void {
  shelf.replaceChildren();
}

/** Runs what may be refused and shows the sentence. */
export async function guarded<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    note(error instanceof Error ? error.message : String(error), "error");
    return null;
  }
}
