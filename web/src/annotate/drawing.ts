import type { Layer } from "../view/layer";

/** Voxels that a step changed and what they held on the other side of it. */
interface Change {
  text: string;
  indices: Uint32Array;
  values: Uint8Array;
}

const LIMIT_BYTES = 64 * 1024 * 1024;

/** The labels being drawn, with undo and redo that hold changed voxels only, within a bound of memory. */
export class Drawing {
  private done: Change[] = [];
  private undone: Change[] = [];
  private open: { indices: number[]; values: number[] } | null = null;
  /** Counts all changes; equal to the saved one where nothing is unsaved. */
  revision = 0;

  constructor(
    readonly layer: Layer,
    private readonly changed: () => void,
  ) {}

  get labels(): Uint8Array {
    return this.layer.labels;
  }

  begin(): void {
    this.open = { indices: [], values: [] };
  }

  set(index: number, value: number): void {
    const old = this.layer.labels[index]!;
    if (old === value || !this.open) return;
    this.open.indices.push(index);
    this.open.values.push(old);
    this.layer.labels[index] = value;
  }

  /** Shows what a stroke has done so far. */
  touch(): void {
    this.layer.revision += 1;
    this.changed();
  }

  commit(text: string): number {
    const open = this.open;
    this.open = null;
    if (!open?.indices.length) return 0;
    this.push({ text, indices: Uint32Array.from(open.indices), values: Uint8Array.from(open.values) });
    return open.indices.length;
  }

  /** Takes other labels as one step that can be undone; returns how many voxels differ. */
  replace(next: Uint8Array, text: string): number {
    const { labels } = this.layer;
    if (next.length !== labels.length) throw new Error("These labels do not lie on this case's grid.");
    let count = 0;
    for (let at = 0; at < labels.length; at++) if (labels[at] !== next[at]) count += 1;
    if (!count) return 0;
    const change = { text, indices: new Uint32Array(count), values: new Uint8Array(count) };
    let slot = 0;
    for (let at = 0; at < labels.length; at++) {
      if (labels[at] === next[at]) continue;
      change.indices[slot] = at;
      change.values[slot++] = labels[at]!;
      labels[at] = next[at]!;
    }
    this.push(change);
    return count;
  }

  undo(): string | null {
    const change = this.done.pop();
    if (!change) return null;
    for (let at = change.indices.length - 1; at >= 0; at--) this.swap(change, at);
    this.undone.push(change);
    this.stepped();
    return change.text;
  }

  redo(): string | null {
    const change = this.undone.pop();
    if (!change) return null;
    for (let at = 0; at < change.indices.length; at++) this.swap(change, at);
    this.done.push(change);
    this.stepped();
    return change.text;
  }

  get steps(): { undo: string | null; redo: string | null } {
    return { undo: this.done.at(-1)?.text ?? null, redo: this.undone.at(-1)?.text ?? null };
  }

  private swap(change: Change, at: number): void {
    const index = change.indices[at]!;
    const value = change.values[at]!;
    change.values[at] = this.layer.labels[index]!;
    this.layer.labels[index] = value;
  }

  private push(change: Change): void {
    this.undone = [];
    this.done.push(change);
    let bytes = this.done.reduce((sum, each) => sum + 5 * each.indices.length, 0);
    while (bytes > LIMIT_BYTES && this.done.length > 1) bytes -= 5 * this.done.shift()!.indices.length;
    this.stepped();
  }

  private stepped(): void {
    this.revision += 1;
    this.layer.revision += 1;
    this.changed();
  }
}
