import * as tells from "../codes/tells.js";
import type { Ready } from "../options.js";
import type { Tell } from "../tell.js";
import { errorOf } from "../errors.js";
import { isGuest } from "../guest-id.js";
import { ask, post, timeout } from "./http.js";
import { later } from "./later.js";
import { keysBelow, PREFIX, write } from "./local.js";

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
  if (status !== 200 || !isGuest(body["guestId"])) return tell(tells.startFailed, sessionId, randomId(), ...answer);
  started(body as unknown as Ready);
  tell(tells.started, sessionId, body["guestId"]);
}

/** Whose sessions are yet to be ended is in localStorage, a row for each guest: this page may be gone when the gateway can be told. */
const LEFT = "left";

/** Between two tries, and up to twice as long. */
const AGAIN_MS = 10_000;

let stop = () => {};

/** Notes that a guest's session is to be ended, or (null) is not any more. Where there is no localStorage, it is tried once. */
export function noteLeft(guest: string, value: "" | null): void {
  try {
    write([LEFT, guest, value]);
  } catch {
    // Full or blocked.
  }
}

/** Ends the sessions of this browser, or a guest's `alone`. What did not arrive is tried again for the guest alone: who came since stays. */
async function end(url: string, guest: string, alone?: boolean): Promise<number> {
  const to = alone ? `${url}${url.includes("?") ? "&" : "?"}guest=${encodeURIComponent(guest)}` : url;
  const { status, answer } = await ask(to, { method: "DELETE", credentials: "include", signal: timeout(10_000) });
  // What is refused for good is not asked again.
  if (status < 500 && ![0, 408, 425, 429].includes(status)) noteLeft(guest, null);
  else if (guest) {
    stop();
    const again = () => endLeft(url);
    const pause = Number(answer[4]);
    stop = later(Math.max(pause || 0, AGAIN_MS * (1 + Math.random())), again, pause ? undefined : again);
  }
  return status;
}

/** Ends what earlier logouts could not. */
export function endLeft(url = "/api/session"): void {
  for (const guest of keysBelow(`${PREFIX}${LEFT}/`)) void end(url, guest, true);
}

/**
 * A session is about to end: what starts from now on waits for that. The result ends it at the gateway, also one that was just being
 * started: its cookie and capabilities are void. What does not arrive is repeated where `guest` says whose it is.
 */
export function sessionEnd(guest = "", url = "/api/session"): () => Promise<void> {
  const before = starting;
  let ended = () => {};
  ending = Promise.all([ending, new Promise<void>((resolve) => (ended = resolve))]);
  if (guest) noteLeft(guest, "");
  return async () => {
    await before;
    const status = await end(url, guest);
    ended();
    if (status < 200 || status > 299) throw errorOf("session.unreachable");
  };
}
