import type { Ready } from "../options.js";
import type { Tell } from "../tell.js";
import { errorOf } from "../errors.js";
import { ask, post, timeout } from "./http.js";

/** 128 random bits in hexadecimal. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Starts a guest session, and tells the core. */
export async function startSession(tell: Tell, sessionId: string, url: string, started: (ready: Ready) => void): Promise<void> {
  const { status, answer, body } = await post(url, { sessionId, consentGiven: true, consentType: "explicit" });
  if (status !== 200 || typeof body["guestId"] !== "string") return tell("startFailed", randomId(), ...answer);
  started(body as unknown as Ready);
  tell("started", body["guestId"]);
}

/** Ends the session at the gateway: its cookie and capabilities are void. */
export async function endSession(url = "/api/session"): Promise<void> {
  const { status } = await ask(url, { method: "DELETE", credentials: "include", signal: timeout(10_000) });
  if (status < 200 || status > 299) throw errorOf("session.unreachable");
}
