import type { Page } from "#page-glue";
import type { Ready } from "../options.js";
import { post } from "./http.js";

/** 128 random bits in hexadecimal. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Starts a guest session, and tells the core. */
export async function startSession(page: Page, sessionId: string, url: string, started: (ready: Ready) => void): Promise<void> {
  const { status, parts, body } = await post(url, { sessionId, consentGiven: true, consentType: "explicit" });
  if (status !== 200 || typeof body["guestId"] !== "string") return page.startFailed(status, parts, randomId());
  started(body as unknown as Ready);
  page.started(body["guestId"]);
}
