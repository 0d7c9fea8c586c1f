import { gunzip, gzip } from "./gzip";

/** What the server refused, in its own sentence. */
export class Refused extends Error {
  readonly status: number;
  readonly body: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>, fallback: string) {
    const said = body["error"] ?? body["detail"];
    super(typeof said === "string" ? said : fallback);
    this.status = status;
    this.body = body;
  }
}

let csrf = "";
let renew: () => Promise<boolean> = () => Promise.resolve(false);

/** Takes the secret that changing requests repeat; false where it is the one that was there. */
export function setCsrf(value: string): boolean {
  const other = csrf !== value;
  csrf = value;
  return other;
}

/** What to do where a change is refused for want of a session; true from it has the request sent once more. */
export function onRefused(act: () => Promise<boolean>): void {
  renew = act;
}

/** A case id or author as a part of an address. */
export function part(text: string): string {
  return encodeURIComponent(text);
}

async function send(path: string, options: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`api/${path}`, { credentials: "same-origin", ...options });
  } catch {
    throw new Refused(
      0,
      {},
      "The server does not answer. What you drew is still on this page; try again when it runs.",
    );
  }
  if (!response.ok) {
    const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    throw new Refused(response.status, body, `The server answered ${response.status}.`);
  }
  return response;
}

/**
 * A request that changes something. Where the session has ended the person is asked to come in again, unless `quiet`.
 * A large body that is refused before it is read may look like a server that is gone, so that this is looked into too.
 */
async function change(method: string, path: string, init: RequestInit, quiet = false): Promise<Response> {
  const once = () => send(path, { ...init, method, headers: { "X-Hyoid-CSRF": csrf, ...init.headers } });
  try {
    return await once();
  } catch (error) {
    const ended = error instanceof Refused && [0, 401, 403].includes(error.status);
    if (quiet || !ended || !(await renew())) throw error;
    return once();
  }
}

export async function getText(path: string): Promise<string> {
  return (await send(path, {})).text();
}

export async function getJson<T>(path: string): Promise<T> {
  return (await (await send(path, {})).json()) as T;
}

/** The body of an answer of known or unknown length, with its progress from 0 to 1. */
export async function getBytes(path: string, progress?: (part: number) => void): Promise<ArrayBuffer> {
  const response = await send(path, {});
  const length = Number(response.headers.get("Content-Length"));
  if (!response.body || !progress || !length) return response.arrayBuffer();
  const whole = new Uint8Array(length);
  const reader = response.body.getReader();
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (at + value.length > length) throw new Refused(0, {}, "The server sent more than it announced.");
    whole.set(value, at);
    at += value.length;
    progress(at / length);
  }
  if (at !== length) throw new Refused(0, {}, "The image arrived incomplete. Open the case again.");
  return whole.buffer;
}

export async function getVoxels(path: string): Promise<Uint8Array> {
  return gunzip(await (await send(path, {})).arrayBuffer());
}

export async function sendJson<T>(method: string, path: string, body?: unknown, quiet = false): Promise<T> {
  const init: RequestInit = { headers: { "Content-Type": "application/json" } };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await change(method, path, init, quiet);
  const text = await response.text();
  return (text ? JSON.parse(text) : {}) as T;
}

export async function postForVoxels(path: string, body: unknown): Promise<Uint8Array> {
  const headers = { "Content-Type": "application/json" };
  const response = await change("POST", path, { headers, body: JSON.stringify(body) });
  return gunzip(await response.arrayBuffer());
}

/** Labels go up as one gzip body; what comes back is left to the caller. */
export async function sendVoxels(method: string, path: string, labels: Uint8Array, quiet = false): Promise<Response> {
  const headers = { "Content-Type": "application/octet-stream", "X-Hyoid-Voxels": "gzip" };
  return change(method, path, { headers, body: await gzip(labels) }, quiet);
}
