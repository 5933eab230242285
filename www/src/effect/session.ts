import * as tells from "../codes/tells.js";
import type { Ready } from "../options.js";
import type { Tell } from "../tell.js";
import { errorOf } from "../errors.js";
import { ask, post, timeout } from "./http.js";

/** 128 random bits in hexadecimal. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The start under way, if any. */
let starting: Promise<unknown> = Promise.resolve();

/** The end under way, if any. */
let ending: Promise<unknown> = Promise.resolve();

/** Starts a guest session, once the one before has ended, and tells the core. */
export async function startSession(tell: Tell, sessionId: string, url: string, started: (ready: Ready) => void): Promise<void> {
  const answering = ending.then(() => post(url, { sessionId, consentGiven: true, consentType: "explicit" }));
  starting = answering;
  const { status, answer, body } = await answering;
  if (status !== 200 || typeof body["guestId"] !== "string") return tell(tells.startFailed, sessionId, randomId(), ...answer);
  started(body as unknown as Ready);
  tell(tells.started, sessionId, body["guestId"]);
}

/**
 * A session is about to end: what starts from now on waits for that. The result ends it at the gateway, also one that was just being
 * started: its cookie and capabilities are void.
 */
export function sessionEnd(url = "/api/session"): () => Promise<void> {
  const before = starting;
  let ended = () => {};
  ending = Promise.all([ending, new Promise<void>((resolve) => (ended = resolve))]);
  return async () => {
    await before;
    const { status } = await ask(url, { method: "DELETE", credentials: "include", signal: timeout(10_000) });
    ended();
    if (status < 200 || status > 299) throw errorOf("session.unreachable");
  };
}
