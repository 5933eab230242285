// What the SDK tells of by itself, newest first.

import type { GuestSync } from "guestsync";
import { el, find } from "../dom.js";
import { EVENTS } from "../guest.js";
import { empty } from "../notice.js";
import { addLatency } from "./latency.js";
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
  for (const name of EVENTS) guest.on(name, (details) => log(name, details));
  guest.on("delivered", ({ latencyMs }) => addLatency(latencyMs));
}

function log(name: string, details: object): void {
  list.prepend(
    el(
      "li",
      { "data-testid": "event", "data-event": name },
      el("time", {}, clock(new Date())),
      el("span", { class: "event-name", "data-event": name }, name),
      el("span", { class: "event-details" }, ...Object.entries(details).map(detail)),
    ),
  );
  while (list.childElementCount > LISTED) list.lastElementChild?.remove();
  if (list.parentElement !== view) view.replaceChildren(list);
}

function detail([name, value]: [string, unknown]): HTMLElement {
  return el("span", {}, el("i", {}, name), ` ${Array.isArray(value) ? value.join(", ") : String(value)}`);
}
