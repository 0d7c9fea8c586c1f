import { h } from "./dom";

/** A labelled slider that shows its value; `name` is what a screen reader says. */
export function slider(
  name: string,
  range: { min: number; max: number; step: number },
  value: number,
  changed: (value: number) => void,
  show: (value: number) => string = (shown) => String(shown),
): { element: HTMLElement; set: (value: number) => void } {
  const output = h("output", {}, show(value));
  const input = h("input", { type: "range", ...range, value, "aria-label": name });
  input.addEventListener("input", () => {
    output.textContent = show(Number(input.value));
    changed(Number(input.value));
  });
  const set = (next: number) => {
    input.value = String(next);
    output.textContent = show(next);
  };
  return { element: h("label", { class: "slider" }, h("span", {}, name), input, output), set };
}

export function checkbox(
  name: string,
  checked: boolean,
  changed: (checked: boolean) => void,
): {
  element: HTMLLabelElement;
  set: (checked: boolean) => void;
} {
  const input = h("input", { type: "checkbox" });
  input.checked = checked;
  input.addEventListener("change", () => changed(input.checked));
  const set = (next: boolean) => {
    input.checked = next;
  };
  return { element: h("label", { class: "check" }, input, h("span", {}, name)), set };
}

export function choice(
  name: string,
  options: { value: string; text: string }[],
  value: string,
  changed: (value: string) => void,
): { element: HTMLLabelElement; set: (value: string) => void; input: HTMLSelectElement } {
  const input = h("select", { "aria-label": name });
  for (const option of options) input.append(h("option", { value: option.value }, option.text));
  input.value = value;
  input.addEventListener("change", () => changed(input.value));
  const set = (next: string) => {
    input.value = next;
  };
  return { element: h("label", { class: "choice" }, h("span", {}, name), input), set, input };
}

export function numberField(
  name: string,
  range: { min?: number; max?: number; step?: number | string },
  value: number,
  changed: (value: number) => void,
): { element: HTMLLabelElement; set: (value: number) => void } {
  const input = h("input", { type: "number", "aria-label": name, value, ...range });
  input.addEventListener("change", () => {
    const next = Number(input.value);
    if (input.value !== "" && Number.isFinite(next)) changed(next);
  });
  const set = (next: number) => {
    input.value = String(next);
  };
  return { element: h("label", { class: "number-field" }, h("span", {}, name), input), set };
}

/** A few buttons of which one is pressed. */
export function segmented(
  name: string,
  options: { value: string; text: string; title?: string }[],
  value: string,
  changed: (value: string) => void,
): { element: HTMLElement; set: (value: string) => void } {
  const buttons = options.map((option) =>
    h("button", { type: "button", title: option.title, "data-value": option.value }, option.text),
  );
  const set = (next: string) => {
    for (const each of buttons) each.setAttribute("aria-pressed", String(each.dataset["value"] === next));
  };
  for (const each of buttons) {
    each.addEventListener("click", () => {
      set(each.dataset["value"] ?? "");
      changed(each.dataset["value"] ?? "");
    });
  }
  set(value);
  return { element: h("div", { class: "segmented", role: "group", "aria-label": name }, ...buttons), set };
}
