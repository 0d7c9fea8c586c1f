import { h } from "../ui/dom";
import type { View } from "./view";
import type { Viewport } from "./viewport";

/** The line at the foot: position, HU, SUV, Gy and labels under the pointer, or else at the crosshair. */
export function readout(view: View, viewports: Viewport[]): { element: HTMLElement; update: () => void } {
  const element = h("div", { class: "readout", "aria-label": "Values at the crosshair or pointer" });
  const fields = Object.fromEntries(
    ["source", "position", "voxel", "hu", "suv", "gy", "labels"].map((name) => [name, h("span", { class: name })]),
  ) as Record<string, HTMLSpanElement>;
  element.append(...Object.values(fields));
  const update = () => {
    const over = viewports.find((viewport) => viewport.pointer);
    const voxel = (over?.pointer && over.voxelAt(...over.pointer)) || view.cursor;
    const ct = view.value("ct", voxel);
    const pet = view.value("pet", voxel);
    const dose = view.value("dose", voxel);
    const labels = view.labelsAt(voxel);
    const texts: Record<string, string> = {
      source: over ? "pointer" : "crosshair",
      position: `${view.space.describe(voxel)} mm`,
      voxel: `voxel ${voxel.join(", ")}`,
      hu: ct === null ? "" : `${Math.round(ct)} HU`,
      suv: pet === null ? "" : `SUV ${pet.toFixed(2)}`,
      gy: dose === null ? "" : `${dose.toFixed(1)} Gy`,
      labels: labels.join(" · "),
    };
    for (const [name, text] of Object.entries(texts)) fields[name]!.textContent = text;
  };
  view.on(["cursor", "labels", "layers"], update);
  update();
  return { element, update };
}
