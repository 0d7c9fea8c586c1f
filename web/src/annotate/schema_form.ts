import type { Schema } from "../api/types";
import { h } from "../ui/dom";

/** Parameters that the page fills itself: from the box, the crosshair, the label in hand, the plane. */
export type Filled = Record<string, () => unknown>;

export interface Form {
  element: HTMLElement;
  values(): Record<string, unknown>;
}

/** A form from a JSON schema as pydantic writes it; what `filled` names is not asked. */
export function schemaForm(schema: Schema, filled: Filled): Form {
  const readers: Record<string, () => unknown> = {};
  const element = h("div", { class: "form" });
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (name in filled) {
      readers[name] = filled[name]!;
      continue;
    }
    const field = fieldOf(name, resolve(property, schema));
    if (!field) continue;
    readers[name] = field.read;
    element.append(field.element);
  }
  const values = () => {
    const out: Record<string, unknown> = {};
    for (const [name, read] of Object.entries(readers)) {
      const value = read();
      if (value !== undefined) out[name] = value;
    }
    return out;
  };
  return { element, values };
}

function resolve(property: Schema, root: Schema): Schema {
  const reference = property.$ref ?? property.allOf?.[0]?.$ref;
  if (!reference) return property;
  return { ...root.$defs?.[reference.split("/").pop()!], ...property };
}

const WORDS: Record<string, string> = { mm: "(mm)", ml: "(mL)", hu: "(HU)", suv: "SUV", ct: "CT", pet: "PET" };

export function words(name: string): string {
  const text = name
    .split("_")
    .map((word) => WORDS[word] ?? word)
    .join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

type Field = { element: HTMLElement; read: () => unknown } | null;

function fieldOf(name: string, property: Schema): Field {
  const kinds = property.anyOf ?? [property];
  const optional = kinds.some((kind) => kind.type === "null");
  const kind = kinds.find((each) => each.type !== "null") ?? property;
  const merged: Schema = { ...property, ...kind };
  const options = merged.enum ?? (merged.const !== undefined ? [merged.const] : null);
  if (options) return choiceField(name, merged, options, optional);
  if (merged.type === "boolean") return flagField(name, merged);
  if (merged.type === "number" || merged.type === "integer") return numericField(name, merged, optional);
  if (merged.type === "string") return textField(name, merged);
  return null;
}

function wrap(name: string, property: Schema, input: HTMLElement): HTMLElement {
  input.setAttribute("name", name);
  input.setAttribute("aria-label", words(name));
  return h("label", { class: "field", title: property.description }, h("span", {}, words(name)), input);
}

function labelText(name: string, value: unknown): string {
  if (name === "label") return value === 1 ? "GTVp" : value === 2 ? "GTVn" : String(value);
  return String(value);
}

function choiceField(name: string, property: Schema, options: unknown[], optional: boolean): Field {
  const input = h("select");
  if (optional) input.append(h("option", { value: "null" }, name === "label" ? "both" : "none"));
  for (const option of options) input.append(h("option", { value: JSON.stringify(option) }, labelText(name, option)));
  input.value = JSON.stringify(property.default ?? (optional ? null : options[0]));
  return { element: wrap(name, property, input), read: () => JSON.parse(input.value) as unknown };
}

function flagField(name: string, property: Schema): Field {
  const input = h("input", { type: "checkbox", name });
  input.checked = property.default === true;
  const text = (property.description ?? words(name)).replace(/\.$/, "");
  const element = h("label", { class: "check" }, input, h("span", {}, text));
  return { element, read: () => input.checked };
}

function numericField(name: string, property: Schema, optional: boolean): Field {
  const value = typeof property.default === "number" ? property.default : "";
  const input = h("input", {
    type: "number",
    value,
    step: property.type === "integer" ? 1 : "any",
    min: property.minimum ?? property.exclusiveMinimum,
    max: property.maximum ?? property.exclusiveMaximum,
  });
  const read = () => (input.value === "" ? (optional ? null : undefined) : Number(input.value));
  return { element: wrap(name, property, input), read };
}

function textField(name: string, property: Schema): Field {
  const input = h("input", { type: "text", value: typeof property.default === "string" ? property.default : "" });
  return { element: wrap(name, property, input), read: () => input.value };
}
