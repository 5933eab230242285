import type { Page } from "#page-glue";
import { post } from "./http.js";

/** Gets a capability, from the gateway or by the page's own function, and tells the core. */
export async function getToken(page: Page, guestId: string, source: string | (() => Promise<string>)): Promise<void> {
  const askedAt = performance.now();
  if (typeof source === "function") {
    try {
      page.token(askedAt, await source(), NaN);
    } catch {
      page.tokenFailed(0, []);
    }
    return;
  }
  const { status, parts, body } = await post(source, { guestId });
  const { token, expiresAt } = body;
  if (status !== 200 || typeof token !== "string") return page.tokenFailed(status, parts);
  // What is left of its life by the server's own clock, where it says what time it is.
  const now = Date.parse(parts[4] ?? "") || Date.now();
  page.token(askedAt, token, (Date.parse(String(expiresAt)) - now) / 1000);
}
