/** Elements in one expression, without a framework: the page is small and most of it is canvas. */

type Child = Node | string | number | null | undefined | false;
type Handler = (event: never) => void;
type Properties = Record<string, string | number | boolean | null | undefined | Handler>;

/** `on...` are listeners, `class` the class, booleans flags, and anything else an attribute. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  apply(element, properties);
  append(element, children);
  return element;
}

export function svg(tag: string, properties: Properties = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  apply(element, properties);
  append(element, children);
  return element;
}

function apply(element: Element, properties: Properties): void {
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
}

function append(element: Element, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(typeof child === "number" ? String(child) : child);
  }
}

export function replace(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

export function button(text: string, action: () => void, properties: Properties = {}): HTMLButtonElement {
  return h("button", { type: "button", onclick: action, ...properties }, text);
}

/** A number with so many digits, or a dash where it is not known. */
export function number(value: number | null | undefined, digits: number): string {
  return value === null || value === undefined || !Number.isFinite(value) ? "–" : value.toFixed(digits);
}

export function heading(text: string): HTMLHeadingElement {
  return h("h3", {}, text);
}

/** Server times are ISO; people read local time without seconds. */
export function time(text: string | null | undefined): string {
  if (!text) return "–";
  const when = new Date(text);
  if (Number.isNaN(when.getTime())) return text;
  return when.toLocaleString(undefined, { dateStyle: "short", timeStyle: "short" });
}
