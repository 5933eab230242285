// The four stations of the header: guest, page SDK, service worker, upstream.

import { find } from "./dom.js";

/** Not begun, under way, in order, or broken. */
export type State = "idle" | "busy" | "ready" | "failed";

/** The stations by the first part of their ids. */
export type Station = "guest" | "sdk" | "worker" | "upstream";

/** Shows a station's state in `data-state` and in words. */
export function showStatus(station: Station, state: State, words: string): void {
  const item = find(`${station}-status`, HTMLLIElement);
  const text = item.querySelector("span");
  item.dataset["state"] = state;
  if (text !== null && text.textContent !== words) text.textContent = words;
}
