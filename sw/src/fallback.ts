import { passed } from "./match.js";
import { Unreachable } from "./wasm.js";

/**
 * The answer where there is no machine to give one. A site that can be reached answers the post itself: 307 makes the browser
 * send it again, past this worker, with all that the gateway decides by (RFC 9110 §15.4.8).
 */
export function withoutMachine(request: Request, error: unknown): Response {
  if (!(error instanceof Unreachable)) {
    console.error(error);
    return forwarded(request);
  }
  return unavailable(request);
}

function unavailable(request: Request): Response {
  const message = "The form cannot be handled right now. Please try again later.";
  const headers = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
  if (request.mode === "navigate") {
    return new Response(message, { status: 503, headers: { ...headers, "content-type": "text/plain; charset=utf-8" } });
  }
  const body = JSON.stringify({ error: { code: "worker.unavailable", message } });
  return new Response(body, { status: 503, headers: { ...headers, "content-type": "application/json" } });
}

/** Has the browser send a post again, past this worker; without a network there is nobody to answer it. */
export function forwarded(request: Request): Response {
  if (!navigator.onLine) return unavailable(request);
  const url = new URL(request.url);
  url.searchParams.set(passed, "");
  return Response.redirect(url, 307);
}
