import { flat } from "../flat.js";
import type { Attributes } from "../options.js";

/** What the shell is told of an answer: code, message, `ETag`, `Retry-After`, `Date`, attributes, fields that an error names. */
export type Parts = (string | null)[];

/** An answer: status 0 where there was none. */
export interface Heard {
  status: number;
  parts: Parts;
  /** The parsed body, where it is JSON. */
  body: Record<string, unknown>;
}

/**
 * Sends a request and never rejects. Never follows a redirect: a credential must not travel on, and an API does not move. Errors of
 * the Guest API and of the gateway are both understood.
 */
export async function ask(url: string, init: RequestInit): Promise<Heard> {
  try {
    const response = await fetch(url, { cache: "no-store", redirect: "error", ...init });
    const body = parsed(await response.text());
    const error = (body["error"] ?? body) as { code?: unknown; message?: unknown; details?: { fieldName?: unknown }[] };
    const text = (value: unknown) => (typeof value === "string" ? value : null);
    const header = (name: string) => response.headers.get(name);
    const attributes = body["attributes"];
    const parts = [
      text(error.code),
      text(error.message),
      header("etag"),
      header("retry-after"),
      header("date"),
      attributes && typeof attributes === "object" ? flat(attributes as Attributes) : null,
    ];
    if (Array.isArray(error.details)) parts.push(...error.details.map((detail) => text(detail?.fieldName)));
    return { status: response.status, parts, body };
  } catch {
    return { status: 0, parts: [], body: {} };
  }
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

/** A signal that aborts after so long, where the browser has such signals. */
export function timeout(ms: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms);
  return controller.signal;
}
