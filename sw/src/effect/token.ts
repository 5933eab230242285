import type { Core } from "../core.js";
import { ask, header, left, text } from "./http.js";
import type { TokenCache } from "./token-cache.js";

/** Gets a capability for a guest: the cookie says who asks. */
export async function getToken(core: Core, guestId: string, url: string, cache?: TokenCache): Promise<void> {
  const askedAt = Math.trunc(performance.now());
  const kept = await cache?.take(guestId);
  if (kept) return core.tell("token", guestId, kept.token, askedAt, Math.trunc(kept.expiresAt - Date.now()));
  const answer = await ask(url, {
    method: "POST",
    credentials: "include",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ guestId }),
    signal: AbortSignal.timeout(core.limits.patienceMs),
  });
  const { status, code, body, headers } = answer;
  const token = text(body["token"]);
  if (status !== 200 || token === undefined)
    // Of an answer that says yes without a token, a part was lost.
    return core.tell("tokenFailed", guestId, status === 200 ? 0 : status, code, header(answer, "retry-after"), header(answer, "date"));
  const lifeMs = left(body["expiresAt"], headers);
  await cache?.keep(guestId, token, askedAt, lifeMs);
  core.tell("token", guestId, token, askedAt, lifeMs);
}
