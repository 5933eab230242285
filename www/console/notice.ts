// The short coloured message that tells what came of an action.

import { el, type Child } from "./dom.js";

/** How it went: done, not yet, refused, or only worth knowing. */
export type Tone = "good" | "wait" | "bad" | "plain";

/** A message with a bold first line. `data-tone` tells its kind to scripts. */
export function notice(tone: Tone, title: string, ...rest: readonly Child[]): HTMLElement {
  return el("div", { class: "notice", "data-tone": tone }, el("strong", {}, title), ...rest);
}

/** The grey sentence of a view that has nothing to show yet. */
export function empty(text: string): HTMLElement {
  return el("p", { class: "empty" }, text);
}
