import type { Machine } from "./machine.js";
import type { ProfileLetter } from "./options.js";

/** What a page asks of the queue; the answer goes to the port that came along. */
interface Asked {
  guestsync: "nudge" | "online" | "status" | "retry" | "discard" | "logout" | "left";
  key?: string;
  guestId?: string;
}

/** Whether something waits to be sent, and may be as soon as the server takes it. */
export function isWaiting(letters: ProfileLetter[]): boolean {
  return letters.some(({ status, stranded }) => status === undefined && !stranded);
}

/**
 * What a page's message asks for; undefined where it is somebody else's. `left`: the page goes, and may leave attributes behind, which
 * are not the machine's. Only pages of this origin can send one.
 */
export function askedBy({ data, ports }: ExtendableMessageEvent): ((machine: Machine) => Promise<void>) | "left" | undefined {
  const { guestsync, key = "", guestId = "" } = Object(data) as Partial<Asked>;
  if (typeof guestsync !== "string" || typeof key !== "string" || typeof guestId !== "string") return undefined;
  if (guestsync === "left") return guestsync;
  return async (machine) => {
    if (guestsync === "online") machine.wake(false);
    else if (guestsync === "nudge") {
      machine.wake(true);
      ports[0]?.postMessage(isWaiting(await machine.status()));
    }
    else if (guestsync === "retry") machine.retry(key);
    else if (guestsync === "discard") machine.discard(key);
    else if (guestsync === "logout") await machine.logout(guestId);
    else if (guestsync === "status") ports[0]?.postMessage(await machine.status());
    await machine.rest();
  };
}
