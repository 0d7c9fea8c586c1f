import "./page.css";
import { getJson, onRefused, Refused, setCsrf } from "./api/client";
import type { Me } from "./api/types";
import { showLogin } from "./login";
import { Session } from "./session";
import { Shell } from "./shell";
import { h, replace } from "./ui/dom";

/** Asks who is in; shows the login form, a sentence, or the page. */
async function start(): Promise<void> {
  const page = document.getElementById("page")!;
  try {
    const me = await getJson<Me>("me");
    setCsrf(me.csrf);
    const session = new Session(me);
    onRefused(() => session.renew());
    const shell = new Shell(me);
    replace(page, shell.element);
    await shell.open(location.hash);
  } catch (error) {
    if (error instanceof Refused && error.status === 401 && error.body["accounts"]) showLogin(page, () => void start());
    else replace(page, h("main", { class: "alone" }, h("h1", {}, "hyoid"), h("p", {}, (error as Error).message)));
  }
}

void start();
