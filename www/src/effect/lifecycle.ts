import type { Tell } from "../host.js";
import { mirror } from "./local.js";

/** Tells the core when the page is offline, hidden, left, or back; the result stops it. */
export function listen(tell: Tell, mirrored: boolean): () => void {
  if (typeof document !== "object") return () => {};
  const stop = new AbortController();
  const on = (target: EventTarget, name: string, act: (event: Event) => void) =>
    target.addEventListener(name, act, { signal: stop.signal });
  on(window, "online", () => tell("online"));
  on(window, "offline", () => tell("offline"));
  on(window, "pagehide", () => tell("leaving", ...(mirrored ? mirror() : [])));
  on(window, "pageshow", (event) => (event as PageTransitionEvent).persisted && tell("resumed"));
  on(document, "visibilitychange", () => tell(document.visibilityState === "hidden" ? "hidden" : "visible"));
  return () => stop.abort();
}
