import type { Tell } from "../tell.js";
import { post } from "./http.js";

/** Gets a capability, from the gateway or by the page's own function, and tells the core. */
export async function getToken(tell: Tell, guestId: string, source: string | (() => Promise<string>)): Promise<void> {
  const askedAt = Math.floor(performance.now());
  if (typeof source === "function") {
    try {
      tell("token", await source(), askedAt, NaN);
    } catch {
      tell("tokenFailed", 0);
    }
    return;
  }
  const { status, now, answer, body } = await post(source, { guestId });
  const { token, expiresAt } = body;
  if (status !== 200 || typeof token !== "string") return tell("tokenFailed", ...answer);
  tell("token", token, askedAt, Date.parse(String(expiresAt)) - now);
}
