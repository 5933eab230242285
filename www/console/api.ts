// Requests to the gateway, with their answers read as JSON where they are JSON.

/** One answer. */
export interface Answer {
  readonly ok: boolean;
  readonly status: number;
  /** The parsed body; the text itself where it is no JSON; `null` where it is empty. */
  readonly body: unknown;
  /** Milliseconds from the call to the end of the body. */
  readonly ms: number;
}

/** Sends a request. Rejects only where no answer came. */
export async function call(path: string, init: RequestInit = {}): Promise<Answer> {
  const begun = performance.now();
  const response = await fetch(path, { cache: "no-store", ...init });
  const text = await response.text();
  return { ok: response.ok, status: response.status, body: parse(text), ms: Math.round(performance.now() - begun) };
}

/** Sends a value as JSON. */
export function send(method: "POST" | "PUT", path: string, value: unknown): Promise<Answer> {
  return call(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) });
}

/** What a refusal says of itself. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  /** The form field it is about, where it is about one. */
  readonly field?: string;
}

/** Reads a refusal in any of the shapes that the gateway and Genesys use: `{error: {…}}`, `{error: "…"}`, `{code, message}`. */
export function refusal(answer: Answer): Refusal {
  const body = isObject(answer.body) ? answer.body : {};
  const error = isObject(body["error"]) ? body["error"] : body;
  const code = text(error["code"]) ?? `HTTP ${answer.status}`;
  const message = text(error["message"]) ?? text(body["error"]) ?? "The answer says nothing more.";
  const field = text(error["field"]);
  return field === undefined ? { code, message } : { code, message, field };
}

/** The sentence for a failure that is no answer: an exception of `fetch` or of the SDK. */
export function failureText(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}

/** Whether a parsed JSON value is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text as JSON, or as itself. */
export function parse(body: string): unknown {
  if (body === "") return null;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
