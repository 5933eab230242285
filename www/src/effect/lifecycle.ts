import * as tells from "../codes/tells.js";
import type { Channel } from "./channel.js";
import type { Tell } from "../tell.js";
import { mirror } from "./local.js";

export const isOffline = () => typeof navigator === "object" && navigator.onLine === false;

export const isHidden = () => typeof document === "object" && document.visibilityState === "hidden";

/** Tells the core when the page is offline, hidden, left, or back; the result stops it. */
export function listen(tell: Tell, channel: Channel, mirrored: boolean, leave?: () => void): () => void {
  if (typeof document !== "object") return () => {};
  const stop = new AbortController();
  const on = (target: EventTarget, name: string, act: (event: Event) => void) =>
    target.addEventListener(name, act, { signal: stop.signal });
  on(window, "online", () => tell(tells.online));
  on(window, "offline", () => tell(tells.offline));
  on(window, "pagehide", () => {
    tell(tells.leaving, mirrored ? mirror() : []);
    leave?.();
    // A page that can be told something is not kept in the back/forward cache.
    channel.close();
  });
  on(window, "pageshow", (event) => {
    if (!(event as PageTransitionEvent).persisted) return;
    channel.open();
    // What happened while it was frozen, nobody has told it.
    tell(isOffline() ? tells.offline : tells.online);
    tell(tells.resumed);
  });
  on(document, "visibilitychange", () => tell(isHidden() ? tells.hidden : tells.visible));
  return () => stop.abort();
}
