import type { Viewport } from "./viewport";
import type { View } from "./view";

/** What the left button does; null leaves it to the crosshair. */
export interface Tool {
  down(viewport: Viewport, x: number, y: number, event: PointerEvent): void;
  move(viewport: Viewport, x: number, y: number, event: PointerEvent): void;
  up(viewport: Viewport, x: number, y: number, event: PointerEvent): void;
  /** A double click, where it means something to the tool. */
  double?(viewport: Viewport): void;
}

type Drag = { button: number; x: number; y: number } | null;

/** Wheel: slice; ctrl-wheel: zoom; left: crosshair or tool; middle: pan; right: window (with shift: PET range). */
export function listen(view: View, viewport: Viewport, tool: () => Tool | null, hover: () => void): void {
  const { canvas } = viewport;
  let drag: Drag = null;
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      activate(view, viewport);
      if (event.ctrlKey || event.metaKey)
        viewport.zoomAt(Math.exp(-event.deltaY * 0.002), event.offsetX, event.offsetY);
      else step(view, viewport, event.deltaY > 0 ? -1 : 1);
    },
    { passive: false },
  );
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    activate(view, viewport);
    canvas.setPointerCapture(event.pointerId);
    drag = { button: event.button, x: event.offsetX, y: event.offsetY };
    if (event.button === 0) left("down", event);
  });
  canvas.addEventListener("pointermove", (event) => {
    viewport.pointer = [event.offsetX, event.offsetY];
    hover();
    if (!drag) {
      if (tool()) viewport.draw();
      return;
    }
    const [dx, dy] = [event.offsetX - drag.x, event.offsetY - drag.y];
    if (drag.button === 0) left("move", event);
    else if (drag.button === 1) pan(viewport, dx, dy);
    else if (event.shiftKey) petRange(view, dy);
    else windowLevel(view, dx, dy);
    drag = { button: drag.button, x: event.offsetX, y: event.offsetY };
  });
  const finish = (event: PointerEvent) => {
    if (drag?.button === 0) left("up", event);
    drag = null;
  };
  canvas.addEventListener("pointerup", finish);
  canvas.addEventListener("pointercancel", finish);
  canvas.addEventListener("pointerleave", () => {
    viewport.pointer = null;
    viewport.draw();
    hover();
  });
  canvas.addEventListener("dblclick", () => {
    const using = tool();
    if (using) using.double?.(viewport);
    else viewport.element.dispatchEvent(new CustomEvent("maximize", { bubbles: true }));
  });

  function left(kind: "down" | "move" | "up", event: PointerEvent): void {
    const using = tool();
    if (using) using[kind](viewport, event.offsetX, event.offsetY, event);
    else if (kind !== "up") cross(view, viewport, event.offsetX, event.offsetY);
  }
}

export function activate(view: View, viewport: Viewport): void {
  if (view.active === viewport.plane.name) return;
  view.active = viewport.plane.name;
  view.changed("plane");
}

export function step(view: View, viewport: Viewport, by: number): void {
  const next = [...view.cursor];
  next[viewport.plane.w]! += by;
  view.moveTo(next);
}

function cross(view: View, viewport: Viewport, x: number, y: number): void {
  const [u, v] = viewport.toSlice(x, y);
  const next = [...view.cursor];
  next[viewport.plane.u] = Math.floor(u);
  next[viewport.plane.v] = Math.floor(v);
  view.moveTo(next);
}

function pan(viewport: Viewport, dx: number, dy: number): void {
  const [su, sv] = viewport.scale;
  viewport.middle = [viewport.middle[0] + dx / su, viewport.middle[1] + dy / sv];
  viewport.draw();
}

/** As on workstations: right widens, down lowers the level's brightness. */
function windowLevel(view: View, dx: number, dy: number): void {
  const { window } = view.display;
  const width = Math.max(1, (window.high - window.low) * Math.exp(dx * 0.006));
  const level = (window.low + window.high) / 2 + dy * Math.max(0.5, width * 0.003);
  window.low = Math.round(level - width / 2);
  window.high = Math.max(window.low + 1, Math.round(level + width / 2));
  view.changed("display");
}

function petRange(view: View, dy: number): void {
  const { range } = view.display.pet;
  range.high = Math.min(100, Math.max(range.low + 0.2, range.high * Math.exp(dy * 0.006)));
  view.changed("display");
}
