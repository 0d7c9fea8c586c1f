import type { CasePanel, Vec3 } from "../api/types";
import type { Affine } from "../volume/affine";
import type { Volume } from "../volume/nifti";
import { sampleThrough } from "../volume/sample";
import type { Space } from "../volume/space";
import type { Colormap } from "./colormap";
import { LABELS, type Layer } from "./layer";
import type { Range } from "./paint";
import type { PlaneName } from "./plane";

export interface Display {
  window: Range;
  ct: boolean;
  pet: { visible: boolean; opacity: number; range: Range; map: Colormap };
  dose: { visible: boolean; wash: boolean; opacity: number; range: Range; levels: number[] };
  crosshair: boolean;
  smooth: boolean;
  overlays: boolean;
}

export type Topic = "panel" | "cursor" | "jump" | "display" | "layers" | "labels" | "box" | "plane";

export const WINDOWS: { key: string; name: string; range: Range }[] = [
  { key: "1", name: "Soft tissue", range: { low: -160, high: 240 } },
  { key: "2", name: "Bone", range: { low: -500, high: 1300 } },
  { key: "3", name: "Lung", range: { low: -1350, high: 150 } },
  { key: "4", name: "Head and neck", range: { low: -75, high: 185 } },
];

const OUTSIDE = { ct: -1024, pet: 0, dose: 0 };

/** One open case: its images, layers, cursor and display, and who wants to know of changes. */
export class View {
  readonly layers: Layer[] = [];
  difference: Layer | null = null;
  cursor: Vec3;
  active: PlaneName = "axial";
  box: [Vec3, Vec3] | null = null;
  readonly display: Display = {
    window: { ...WINDOWS[0]!.range },
    ct: true,
    pet: { visible: true, opacity: 0.5, range: { low: 0, high: 10 }, map: "hot" },
    dose: { visible: false, wash: true, opacity: 0.35, range: { low: 0, high: 70 }, levels: [70, 60, 50, 40, 30, 20] },
    crosshair: true,
    smooth: true,
    overlays: true,
  };
  private readonly listeners: { topics: Topic[]; run: () => void }[] = [];

  constructor(
    /** What is known of the case beside its images; almost empty until the server has told it. */
    public panel: CasePanel,
    readonly space: Space,
    readonly images: { ct?: Volume; pet?: Volume; dose?: Volume },
    readonly maps: { ct?: Affine; pet?: Affine; dose?: Affine },
  ) {
    this.cursor = space.clamp(space.size.map((n) => (n - 1) / 2));
    this.display.ct = images.ct !== undefined;
    this.display.pet.visible = images.pet !== undefined;
  }

  on(topics: Topic[], run: () => void): void {
    this.listeners.push({ topics, run });
  }

  changed(topic: Topic): void {
    for (const listener of this.listeners) if (listener.topics.includes(topic)) listener.run();
  }

  /** Whether anybody has moved the cursor yet. */
  touched = false;

  moveTo(voxel: readonly number[]): void {
    this.touched = true;
    const next = this.space.clamp(voxel);
    if (next.every((at, axis) => at === this.cursor[axis])) return;
    this.cursor = next;
    this.changed("cursor");
  }

  /** Goes to a place that may lie far off: all planes that are zoomed in follow. */
  jumpTo(voxel: readonly number[]): void {
    this.moveTo(voxel);
    this.changed("jump");
  }

  layer(id: string): Layer | undefined {
    return this.layers.find((layer) => layer.id === id);
  }

  put(layer: Layer): void {
    const old = this.layers.findIndex((each) => each.id === layer.id);
    if (old >= 0) this.layers[old] = layer;
    else this.layers.push(layer);
    this.changed("layers");
  }

  remove(id: string): void {
    const at = this.layers.findIndex((each) => each.id === id);
    if (at >= 0) this.layers.splice(at, 1);
    this.changed("layers");
  }

  /** HU, SUV or Gy at a voxel; null where the case has no such image. */
  value(name: "ct" | "pet" | "dose", voxel: readonly number[]): number | null {
    const image = this.images[name];
    if (!image) return null;
    if (name === "ct") return image.values[this.space.index(voxel)]!;
    return sampleThrough(image, this.maps[name]!, voxel, OUTSIDE[name]);
  }

  /** What layers say of a voxel: "expert GTVp". */
  labelsAt(voxel: readonly number[]): string[] {
    const index = this.space.index(voxel);
    const found: string[] = [];
    for (const layer of this.layers) {
      const label = layer.labels[index];
      if (label && layer.visible) found.push(`${layer.title} ${LABELS[label - 1]?.name ?? label}`);
    }
    return found;
  }
}
