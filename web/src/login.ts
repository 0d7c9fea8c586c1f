import { sendJson } from "./api/client";
import { h, replace } from "./ui/dom";

export function showLogin(page: HTMLElement, done: () => void): void {
  const name = h("input", { type: "text", autocomplete: "username", required: true, autofocus: true });
  const password = h("input", { type: "password", autocomplete: "current-password", required: true });
  const said = h("p", { class: "error", role: "alert" });
  const submit = async (event: Event) => {
    event.preventDefault();
    said.textContent = "";
    try {
      await sendJson("POST", "login", { name: name.value, password: password.value }, true);
      done();
    } catch (error) {
      said.textContent = (error as Error).message;
      password.value = "";
    }
  };
  replace(
    page,
    h(
      "main",
      { class: "alone" },
      h("h1", {}, "hyoid"),
      h(
        "form",
        { onsubmit: submit },
        h("label", { class: "field" }, h("span", {}, "Name"), name),
        h("label", { class: "field" }, h("span", {}, "Password"), password),
        said,
        h("button", { type: "submit", class: "primary" }, "Log in"),
      ),
      h("p", { class: "research" }, "Research use only"),
    ),
  );
  name.focus();
}
