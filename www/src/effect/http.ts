import type { Answer } from "#page-glue";
import { flat } from "../flat.js";
import type { Attributes } from "../options.js";
import { asksFor } from "./retry-after.js";

/** An answer: status 0 where there was none. */
export interface Heard {
  status: number;
  /** By the server's clock, where it says what time it is. */
  now: number;
  /** What the shell is told of it. */
  answer: Answer;
  /** The parsed body, where it is JSON. */
  body: Record<string, unknown>;
}

/** Anything else is no code, and might repeat what was sent. */
const CODE = /^[\w.-]{1,64}$/;

/** Of what a server says no more is heard: so many members or details, and so much of a text. */
const MOST = 10_000;
const LONGEST = 1_000;

/** What a script hears of a redirect that it does not follow: that there was one. */
const REDIRECT = 300;

/**
 * Sends a request and never rejects. Never follows a redirect: a credential must not travel on, and an API does not move. Without
 * `redirect: "manual"` one counts as no answer. Errors of the Guest API and of the gateway are both understood.
 */
export async function ask(url: string, init: RequestInit): Promise<Heard> {
  try {
    return await heard(await fetch(url, { cache: "no-store", redirect: "error", ...init }));
  } catch {
    return { status: 0, now: 0, answer: [0], body: {} };
  }
}

/** What a response says. */
export async function heard(response: Response): Promise<Heard> {
  const body = parsed(await response.text());
  const error = (body["error"] ?? body) as { code?: unknown; message?: unknown; details?: { fieldName?: unknown }[] };
  const text = (value: unknown) => (typeof value === "string" ? value.slice(0, LONGEST) : null);
  const header = (name: string) => response.headers.get(name);
  const { pause, now } = asksFor(response);
  const attributes = body["attributes"];
  const fields = Array.isArray(error.details) ? error.details.slice(0, MOST).map((detail) => text(detail?.fieldName)) : [];
  const status = response.status || REDIRECT;
  const answer = [
    status,
    text(text(error.code)?.match(CODE)?.[0]),
    text(error.message),
    header("etag"),
    pause,
    fields.length,
    ...fields,
    ...(attributes && typeof attributes === "object" ? flat(attributes as Attributes).slice(0, 2 * MOST) : []),
  ];
  return { status, now: now ?? Date.now(), answer, body };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value ? value : {};
  } catch {
    return {};
  }
}

/** A JSON post that says who asks by cookie. */
export function post(url: string, body: unknown): Promise<Heard> {
  const headers = { "content-type": "application/json", accept: "application/json" };
  return ask(url, { method: "POST", credentials: "include", headers, body: JSON.stringify(body), signal: timeout(10_000) });
}

/** A signal that aborts after so long. */
export function timeout(ms: number): AbortSignal {
  const controller = new AbortController();
  const timer: unknown = setTimeout(() => controller.abort(), ms);
  // Node does not end before its timers.
  Object(timer).unref?.();
  return controller.signal;
}
