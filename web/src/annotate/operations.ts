import { getJson, part, sendVoxels } from "../api/client";
import { gunzip } from "../api/gzip";
import type { Operation } from "../api/types";
import { choice } from "../ui/controls";
import { button, h, heading, replace } from "../ui/dom";
import { guarded, note } from "../ui/toast";
import type { View } from "../view/view";
import type { Drawing } from "./drawing";
import type { Pen } from "./pen";
import { schemaForm, type Filled, type Form } from "./schema_form";

/** Done in the page itself, where they need no way to the server and back. */
const OWN = ["copy_slice"];

/** The server's operations: semi-automatic contours and edits, each with a form of its parameters. */
export class Operations {
  readonly element = h("div", { class: "operations" });
  private busy = false;
  private all: Operation[] = [];

  constructor(
    private readonly view: View,
    private readonly drawing: Drawing,
    private readonly pen: Pen,
    private readonly ready: () => boolean,
  ) {}

  async load(): Promise<void> {
    const answer = await getJson<Operation[] | { operations: Operation[] }>("operations");
    this.all = (Array.isArray(answer) ? answer : answer.operations).filter((each) => !OWN.includes(each.name));
    const boxed = this.all.filter((each) => each.group === "semi-automatic");
    const edits = this.all.filter((each) => each.group === "edit");
    replace(
      this.element,
      h("section", { class: "semi" }, heading("Semi-automatic"), this.chooser("Method", boxed, "Draw")),
      h("section", { class: "edits" }, heading("Edit"), this.chooser("Edit", edits, "Apply")),
    );
  }

  /** Runs an operation with its defaults on all that is drawn; for keys. */
  async quick(name: string): Promise<void> {
    const operation = this.all.find((each) => each.name === name);
    if (operation) await this.run(operation, schemaForm(operation.parameters, this.filled(operation, false)).values());
  }

  private chooser(label: string, operations: Operation[], verb: string): HTMLElement {
    if (!operations.length) return h("p", { class: "quiet" }, "The server offers none.");
    const body = h("div");
    const confine = h("input", { type: "checkbox", checked: true }); // where there is a box
    let chosen = operations[0]!;
    let form: Form;
    const show = (name: string) => {
      chosen = operations.find((each) => each.name === name)!;
      form = schemaForm(chosen.parameters, this.filled(chosen, confine.checked));
      const canBox = !chosen.needs_box && "box" in (chosen.parameters.properties ?? {});
      replace(
        body,
        chosen.source && h("p", { class: "quiet source" }, chosen.source),
        form.element,
        canBox && h("label", { class: "check" }, confine, h("span", {}, "Only inside the box")),
        seedHint(chosen),
      );
    };
    confine.addEventListener("change", () => show(chosen.name));
    const pick = choice(
      label,
      operations.map((each) => ({ value: each.name, text: each.title })),
      chosen.name,
      show,
    );
    show(chosen.name);
    return h(
      "div",
      {},
      pick.element,
      body,
      button(verb, () => void this.run(chosen, form.values()), { class: "primary run" }),
    );
  }

  private filled(operation: Operation, confined: boolean): Filled {
    const filled: Filled = {
      box: () => (operation.needs_box || confined ? (this.view.box ?? undefined) : undefined),
      seed: () => this.view.cursor,
      plane: () => this.view.active,
      voxel: () => undefined,
    };
    const properties = operation.parameters.properties ?? {};
    if (properties["seed"]?.type === "integer") delete filled["seed"];
    const label = properties["label"];
    if (label && !label.anyOf) filled["label"] = () => this.pen.label;
    return filled;
  }

  private async run(operation: Operation, parameters: Record<string, unknown>): Promise<void> {
    if (this.busy || !this.ready()) return;
    if (operation.needs_box && !parameters["box"]) {
      note("Draw a box first: key K, then drag on a plane, or click.", "warning");
      return;
    }
    this.busy = true;
    this.element.setAttribute("aria-busy", "true");
    const before = this.drawing.revision;
    await guarded(async () => {
      const query = `parameters=${encodeURIComponent(JSON.stringify(parameters))}`;
      const path = `cases/${part(this.view.panel.id)}/operations/${operation.name}?${query}`;
      const response = await sendVoxels("POST", path, this.drawing.labels);
      const voxels = await gunzip(await response.arrayBuffer());
      if (this.drawing.revision !== before) {
        note(`You drew while "${operation.title}" ran, so its result was left out. Run it again.`, "warning");
        return;
      }
      const count = this.drawing.replace(voxels, operation.title.toLowerCase());
      const said = JSON.parse(response.headers.get("X-Hyoid-Notes") ?? "[]") as string[];
      note([`${operation.title}: ${count} voxels changed.`, ...said].join(" "));
    });
    this.busy = false;
    this.element.removeAttribute("aria-busy");
  }
}

function seedHint(operation: Operation): HTMLElement | null {
  const seed = operation.parameters.properties?.["seed"];
  return seed && seed.type !== "integer" ? h("p", { class: "quiet" }, "Starts at the crosshair.") : null;
}
