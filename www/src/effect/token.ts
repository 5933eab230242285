import * as tells from "../codes/tells.js";
import type { GuestSyncOptions } from "../options.js";
import type { Tell } from "../tell.js";
import { post } from "./http.js";
import { within } from "./within.js";

/** A function of the page that has not answered by then does not count. */
const ANSWER_MS = 10_000;

/** Whether it can stand in a header; what cannot is no capability. */
export const isToken = (given: unknown): given is string => typeof given === "string" && /^[ -~]+$/.test(given);

/** Gets a capability, from the gateway or by the page's own function, and tells the core. */
export async function getToken(tell: Tell, guestId: string, source: NonNullable<GuestSyncOptions["token"]>): Promise<void> {
  const askedAt = Math.floor(performance.now());
  if (typeof source === "function") {
    try {
      const token: unknown = await within(ANSWER_MS, Promise.resolve(source()));
      if (isToken(token)) return tell(tells.token, guestId, token, askedAt, NaN);
    } catch {
      // It has none to give.
    }
    return tell(tells.tokenFailed, guestId, 0, "token.unavailable");
  }
  const { status, now, answer, body } = await post(source, { guestId });
  const { token, expiresAt } = body;
  if (status !== 200 || !isToken(token)) return tell(tells.tokenFailed, guestId, ...answer);
  tell(tells.token, guestId, token, askedAt, typeof expiresAt === "string" ? Date.parse(expiresAt) - now : NaN);
}
