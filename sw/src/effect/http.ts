import { ProfileWorker } from "#worker-glue";

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

/** Gives up where the machine does. */
export function patience(): AbortSignal {
  return AbortSignal.timeout(ProfileWorker.patience());
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

const encoder = new TextEncoder();

/** Hands a string over as bytes and wipes them. */
export function handOver(value: string, take: (utf8: Uint8Array) => void): void {
  const utf8 = encoder.encode(value);
  take(utf8);
  utf8.fill(0);
}
