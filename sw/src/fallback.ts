import { passed } from "./match.js";
import { Unreachable } from "./wasm.js";

/**
 * The answer where there is no machine to give one. A site that can be reached answers the post itself: 307 makes the browser
 * send it again, past this worker, with all that the gateway decides by (RFC 9110 §15.4.8).
 */
export function withoutMachine(request: Request, error: unknown): Response {
  if (!(error instanceof Unreachable)) {
    console.error(error);
    return forwarded(request.url);
  }
  const message = "The form cannot be handled right now. Please try again later.";
  const headers = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
  if (request.mode === "navigate") {
    return new Response(message, { status: 503, headers: { ...headers, "content-type": "text/plain; charset=utf-8" } });
  }
  return Response.json({ error: { code: "worker.unavailable", message } }, { status: 503, headers });
}

/** Has the browser send a post again, past this worker. */
export function forwarded(address: string): Response {
  const url = new URL(address);
  url.searchParams.set(passed, "");
  return Response.redirect(url, 307);
}
