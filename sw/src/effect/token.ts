import { post } from "../../../www/src/effect/http.js";
import { isToken } from "../../../www/src/effect/token.js";
import type { Core } from "../core.js";
import type { TokenCache } from "./token-cache.js";
import * as Tell from "../tell.js";

/** What became of asking for a capability: what it says of one, or the answer that was none. */
type Capability =
  | { token: string; askedAt: number; lifeMs: number; answer?: undefined }
  | { token?: undefined; askedAt?: undefined; lifeMs?: undefined; answer: (string | number | null)[] };

/** Asks for a capability for a guest: the cookie says who asks. */
export async function capability(url: string, guestId: string): Promise<Capability> {
  const askedAt = Math.trunc(performance.now());
  const { status, now, answer, body } = await post(url, { guestId });
  const { token, expiresAt } = body;
  // Of an answer that says yes without a token, a part was lost.
  if (status !== 200 || !isToken(token)) return { answer: status === 200 ? [0] : answer };
  return { token, askedAt, lifeMs: typeof expiresAt === "string" ? Date.parse(expiresAt) - now : NaN };
}

/** Gets a capability for a guest and tells the machine. */
export async function getToken(core: Core, guestId: string, url: string, cache?: TokenCache): Promise<void> {
  const kept = await cache?.take(guestId);
  if (kept) return core.tell(Tell.token, guestId, kept.token, Math.trunc(performance.now()), Math.trunc(kept.expiresAt - Date.now()));
  const { token, askedAt, lifeMs, answer } = await capability(url, guestId);
  if (answer) {
    const [status = 0, code, , , pause] = answer;
    return core.tell(Tell.tokenFailed, guestId, status, code, pause);
  }
  await cache?.keep(guestId, token, askedAt, lifeMs);
  core.tell(Tell.token, guestId, token, askedAt, lifeMs);
}
