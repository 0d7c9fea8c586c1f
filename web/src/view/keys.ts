/** Every key of the page, in one list: what `?` shows is what is bound. */
export interface Key {
  keys: string;
  text: string;
  group: "Look" | "Move" | "Draw" | "Mouse";
  /** Matches `event.key` in lower case with "ctrl+" or "shift+" before it; none for mouse lines. */
  match?: string[];
  run?: () => void;
}

export class Keymap {
  private readonly list: Key[] = [];

  add(...keys: Key[]): void {
    this.list.push(...keys);
  }

  get all(): readonly Key[] {
    return this.list;
  }

  /** True where a key was found and run. Typing in fields is left alone. */
  handle(event: KeyboardEvent): boolean {
    const target = event.target as HTMLElement;
    if (document.querySelector("dialog[open]")) return false;
    if (target.closest("input:not([type=checkbox]):not([type=range]), textarea, select")) return false;
    if (target.closest("input[type=range]") && event.key.startsWith("Arrow")) return false;
    if (target.closest("button, a, input, summary") && [" ", "Enter"].includes(event.key)) return false;
    const control = event.ctrlKey || event.metaKey ? "ctrl+" : "";
    const name = event.key.length === 1 && !event.shiftKey ? event.key.toLowerCase() : event.key;
    const shift = event.shiftKey && (event.key.length > 1 || /[a-z]/i.test(event.key)) ? "shift+" : "";
    const pressed = `${control}${shift}${shift ? event.key.toLowerCase() : name.toLowerCase()}`;
    const found = this.list.find((key) => key.match?.includes(pressed) && key.run);
    if (!found || event.altKey) return false;
    event.preventDefault();
    found.run!();
    return true;
  }
}
