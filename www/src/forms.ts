import { errorOf } from "./errors.js";
import { serviceWorkers } from "./effect/workers.js";
import type { ProfileEvent, ProfileLetter } from "./profile-messages.js";

/** A worker that does not answer is gone or somebody else's. */
const ANSWER_MS = 5_000;
/** So often a page asks while something waits; and later, when that has not helped so many times. */
const NUDGE_MS = 2_500;
const NUDGES = 12;
const LATER_MS = 15_000;

/**
 * What waits in the worker, and what the server has refused for good.
 *
 * @throws {GuestSyncError} `worker.unavailable`: no worker of Guestsync answers on this site.
 */
export async function profileStatus(): Promise<ProfileLetter[]> {
  const { port1, port2 } = new MessageChannel();
  try {
    return await new Promise<ProfileLetter[]>((resolve, reject) => {
      const none = () => reject(errorOf("worker.unavailable"));
      const timer = setTimeout(none, ANSWER_MS);
      port1.onmessage = ({ data }) => (clearTimeout(timer), resolve(data as ProfileLetter[]));
      tell("status", {}, port2).then((told) => told || none(), none);
    });
  } finally {
    port1.close();
  }
}

/** Has a patch that was refused for good tried again. Without a worker nothing happens. */
export async function retryProfile(key: string): Promise<void> {
  await tell("retry", { key });
}

/** Gives a patch up. Without a worker nothing happens. */
export async function discardProfile(key: string): Promise<void> {
  await tell("discard", { key });
}

/**
 * The guest's session ends: the worker forgets its capability and keys; without a guest those of all. A page with `createGuestSync` calls
 * its `logout`, which does this too.
 */
export async function logoutProfile(guestId = ""): Promise<void> {
  await tell("logout", { guestId });
}

/** Hears of the forms of this site; the result stops it. Where there are no service workers, there is nothing to hear. */
export function onProfile(handler: (event: ProfileEvent) => void): () => void {
  const heard = ({ data }: MessageEvent) => {
    const event = (Object(data) as { guestsync?: unknown }).guestsync;
    if (typeof event === "object" && event) handler(event as ProfileEvent);
  };
  const container = serviceWorkers();
  container?.addEventListener("message", heard);
  container?.startMessages();
  return () => container?.removeEventListener("message", heard);
}

/** Asks the worker to try what waits: now, when the browser is online again, now and then while something does, and when the page is left. */
export function nudge(): void {
  if (nudging) return;
  nudging = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  const heard = (waits: boolean) => {
    if (waits) return void (timer ??= setTimeout(again, asked < NUDGES ? NUDGE_MS : LATER_MS));
    clearTimeout(timer);
    [timer, asked] = [undefined, 0];
  };
  const ask = () => {
    const { port1, port2 } = new MessageChannel();
    // Events tell of much, but not of what waits since before this page, or of what another worker has dealt with.
    port1.onmessage = ({ data }) => (port1.close(), heard(data === true));
    void tell("nudge", {}, port2);
  };
  const again = () => {
    timer = undefined;
    asked++;
    ask();
    // The worker may be stopped before it answers.
    heard(true);
  };
  onProfile(({ queued }) => heard(queued > 0));
  addEventListener("online", () => {
    asked = 0;
    void tell("online", {});
    ask();
  });
  // The last that is surely heard of a page: what it has not sent by then, the worker does.
  document.addEventListener("visibilitychange", () => void (document.visibilityState === "hidden" && tell("left", {})));
  ask();
}

let nudging = false;

/** Whether there is a worker to be told. */
async function tell(guestsync: string, more: object, port?: MessagePort): Promise<boolean> {
  const container = serviceWorkers();
  const worker = container?.controller ?? (await container?.getRegistration())?.active;
  worker?.postMessage({ guestsync, ...more }, port ? [port] : []);
  return Boolean(worker);
}
