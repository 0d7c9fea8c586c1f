import { h } from "./dom";

/** Short notes at the foot of the page, read out by screen readers; errors stay until they are closed. */
const shelf = h("div", { class: "toasts", role: "status", "aria-live": "polite" });

export function note(text: string, kind: "info" | "warning" | "error" = "info"): void {
  if (!shelf.isConnected) document.body.append(shelf);
  const item = h("div", { class: `toast ${kind}` }, h("span", {}, text));
  const close = h("button", { type: "button", "aria-label": "Close this note" }, "×");
  close.addEventListener("click", () => item.remove());
  item.append(close);
  shelf.append(item);
  while (shelf.children.length > 4) shelf.firstElementChild?.remove();
  if (kind === "info") setTimeout(() => item.remove(), 5000);
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
