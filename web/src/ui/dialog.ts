import { button, h } from "./dom";

type Content = HTMLElement | string;

/** A modal dialog; resolves with the value of the button pressed, or null where it was dismissed. */
export function ask<T extends string>(
  title: string,
  content: Content[],
  answers: { value: T; text: string; primary?: boolean }[],
  dismissible = true,
): Promise<T | null> {
  return new Promise((resolve) => {
    const dialog = h("dialog", { "aria-label": title });
    const finish = (value: T | null) => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    const buttons = answers.map((answer) =>
      button(answer.text, () => finish(answer.value), { class: answer.primary ? "primary" : null }),
    );
    const body = content.map((each) => (typeof each === "string" ? h("p", {}, each) : each));
    dialog.append(h("h2", {}, title), ...body, h("div", { class: "buttons" }, ...buttons));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      if (dismissible) finish(null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A dialog with one line of text; null where it was cancelled. */
export async function askText(title: string, label: string, required: boolean): Promise<string | null> {
  const field = h("input", { type: "text", "aria-label": label, maxlength: 500 });
  const wrap = h("label", { class: "field" }, h("span", {}, label), field);
  for (;;) {
    const answer = await ask(
      title,
      [wrap],
      [
        { value: "cancel", text: "Cancel" },
        { value: "ok", text: "OK", primary: true },
      ],
    );
    if (answer !== "ok") return null;
    if (field.value.trim() || !required) return field.value.trim();
    field.placeholder = "A reason is needed here";
  }
}
