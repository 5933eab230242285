import type { ProfileWorker } from "#worker-glue";
import { ask, handOver, header, patience, text } from "./http.js";
import type { TokenCache } from "./token-cache.js";

/** Gets a capability for a guest: the cookie says who asks. */
export async function getToken(worker: ProfileWorker, guestId: string, url: string, cache?: TokenCache): Promise<void> {
  const askedAt = performance.now();
  const kept = await cache?.take(guestId);
  if (kept) return handOver(kept.token, (utf8) => worker.token(guestId, utf8, askedAt, kept.expiresAt, NaN));
  const answer = await ask(url, {
    method: "POST",
    credentials: "include",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ guestId }),
    signal: patience(),
  });
  const { status, code, body, headers } = answer;
  const token = text(body["token"]);
  if (status !== 200 || token === undefined)
    // Of an answer that says yes without a token, a part was lost.
    return worker.tokenFailed(guestId, status === 200 ? 0 : status, code, header(answer, "retry-after"), header(answer, "date"));
  const [expiresAt, now] = [moment(body["expiresAt"]), moment(headers.get("date"))];
  await cache?.keep(guestId, token, askedAt, expiresAt - (now || Date.now()));
  handOver(token, (utf8) => worker.token(guestId, utf8, askedAt, expiresAt, now));
}

/** Milliseconds since 1970; NaN where it is no date. */
export function moment(date: unknown): number {
  return Date.parse(text(date) ?? "");
}
