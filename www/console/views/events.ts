// What the SDK tells of by itself, newest first.

import type { GuestSync } from "guestsync";
import { el, find } from "../dom.js";
import { EVENTS } from "../guest.js";
import { empty } from "../notice.js";
import { clock } from "./time.js";

const LISTED = 25;

const view = find("events", HTMLDivElement);
const list = el("ol", { class: "events" });

/** Shows the empty log. */
export function prepareEvents(): void {
  view.replaceChildren(empty("Nothing yet. Deliveries, retries, refusals and consent changes appear here."));
}

/** Logs every event of this guest. */
export function followEvents(guest: GuestSync): void {
  for (const name of EVENTS) guest.on(name, (detail: unknown) => log(name, detail));
}

function log(name: string, detail: unknown): void {
  const text = detail === undefined ? "" : JSON.stringify(detail);
  list.prepend(
    el(
      "li",
      { "data-testid": "event", "data-event": name },
      el("time", {}, clock(new Date())),
      el("span", { class: "event-name", "data-event": name }, name),
      el("code", {}, text),
    ),
  );
  while (list.childElementCount > LISTED) list.lastElementChild?.remove();
  if (list.parentElement !== view) view.replaceChildren(list);
}
