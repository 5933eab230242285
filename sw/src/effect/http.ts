/** An answer: status 0 where there was none. */
export interface Answer {
  status: number;
  /** The error's code. Errors of the Guest API and of the gateway are both understood. */
  code: string | undefined;
  /** The parsed body, where it is a JSON object. */
  body: Record<string, unknown>;
  headers: Headers;
}

/**
 * Sends a request and never rejects. Never follows a redirect: a credential must not travel on, and an API does not move. `unread`: the
 * body of a success is of no interest.
 */
export async function ask(url: string, init: RequestInit, { unread = false } = {}): Promise<Answer> {
  try {
    const response = await fetch(url, { redirect: "error", ...init });
    if (!unread || !response.ok) return await answerOf(response);
    // It is taken off the connection all the same, while the answer goes on its way.
    response.arrayBuffer().catch(() => {});
    return { status: response.status, code: undefined, body: {}, headers: response.headers };
  } catch {
    return { status: 0, code: undefined, body: {}, headers: new Headers() };
  }
}

/** A field of an answer. */
export function header({ headers }: Answer, name: string): string | undefined {
  return headers.get(name) ?? undefined;
}

/** What a response says. */
export async function answerOf(response: Response): Promise<Answer> {
  const parsed: unknown = await response.json().catch(() => undefined);
  const body = (typeof parsed === "object" && parsed !== null ? parsed : {}) as Record<string, unknown>;
  const { code } = (body["error"] ?? body) as { code?: unknown };
  return { status: response.status, code: text(code), body, headers: response.headers };
}

/** The value, where it is a string. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Whole milliseconds until a moment, by the server's clock where it says what time it is; NaN where it is no date. */
export function left(until: unknown, headers: Headers): number {
  return moment(until) - (moment(headers.get("date")) || Date.now());
}

/** Milliseconds since 1970; NaN where it is no date. */
function moment(date: unknown): number {
  return Date.parse(text(date) ?? "");
}
