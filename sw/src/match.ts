import type { Settings } from "./settings.js";

/** Marks a post that the worker sent on to the gateway, because it could not answer it itself. */
export const passed = "guestsync-pass";

/**
 * Whether a request is a form that the worker answers. Decided at once, before `respondWith`.
 *
 * A navigation needs a same-origin referrer: the form of another site reaches this worker too, and its answer would carry this
 * site's cookies. The client is no proof: in Chromium `clientId` of a navigation is the document that is being replaced, and that
 * may be ours while the form is theirs. A referrer cannot be forged, only left out; then the post goes to the gateway, which sees
 * what the worker does not. Requests of scripts come from this site's own clients only.
 */
export function isProfileForm(request: Request, { path }: Settings): boolean {
  const url = new URL(request.url);
  if (request.method !== "POST" || url.origin !== location.origin || url.pathname !== path.pathname) return false;
  if (url.searchParams.has(passed)) return false;
  return request.mode !== "navigate" || request.referrer.startsWith(`${location.origin}/`);
}
