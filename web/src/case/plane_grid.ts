import { segmented } from "../ui/controls";
import { h } from "../ui/dom";
import { Mip } from "../view/mip";
import { Render3d } from "../view/render3d";
import type { PlaneName } from "../view/plane";
import type { View } from "../view/view";
import { Viewport } from "../view/viewport";
import { colorBar } from "../view/color_bar";

/** Three planes, and in the fourth place PET's projection or the 3D rendering. Any of them can fill the whole. */
export class PlaneGrid {
  readonly element: HTMLElement;
  readonly viewports: Viewport[];
  private readonly mip: Mip | null;
  private readonly render: Render3d;

  constructor(readonly view: View) {
    this.viewports = (["axial", "coronal", "sagittal"] as PlaneName[]).map((name) => new Viewport(view, name));
    this.mip = view.images.pet ? new Mip(view, view.images.pet) : null;
    this.render = new Render3d(view);
    const fourth = h("div", { class: "fourth" });
    const options = [
      ...(this.mip ? [{ value: "mip", text: "MIP" }] : []),
      { value: "3d", text: "3D" },
      { value: "none", text: "Off" },
    ];
    const pick = segmented("Fourth view", options, this.mip ? "mip" : "none", (value) => this.showFourth(value));
    fourth.append(...(this.mip ? [this.mip.element] : []), this.render.element, pick.element);
    this.element = h("div", { class: "planes" }, ...this.viewports.map((viewport) => viewport.element), fourth);
    this.viewports[0]!.element.append(colorBar(view));
    this.element.addEventListener("maximize", (event) => this.maximize(event.target as HTMLElement));
    this.showFourth(this.mip ? "mip" : "none");
    view.on(["jump"], () => this.reveal());
    // The plane in hand stays where it was put; the others keep the crosshair in sight.
    view.on(["cursor"], () => this.viewports.filter((each) => each !== this.active).forEach((each) => each.reveal()));
  }

  /** Gives back what the graphics card holds. */
  close(): void {
    this.render.close();
  }

  get active(): Viewport {
    return this.viewports.find((viewport) => viewport.plane.name === this.view.active)!;
  }

  draw(): void {
    for (const viewport of this.viewports) viewport.draw();
    this.mip?.draw();
  }

  reset(): void {
    for (const viewport of this.viewports) viewport.reset();
  }

  /** All planes closer, around the crosshair. */
  focus(millimetres: number): void {
    for (const viewport of this.viewports) viewport.focus(millimetres);
  }

  /** Brings the cursor into all planes that are zoomed in. */
  reveal(): void {
    for (const viewport of this.viewports) viewport.reveal();
  }

  maximize(element: HTMLElement): void {
    const one = this.element.classList.toggle("one", !element.classList.contains("large"));
    for (const child of this.element.children) child.classList.toggle("large", one && child === element);
    this.draw();
  }

  private showFourth(value: string): void {
    if (this.mip) this.mip.element.hidden = value !== "mip";
    this.render.element.hidden = value !== "3d";
    if (value === "3d") void this.render.start();
  }
}
