// What still waits in this browser, and how every key that this page was given has ended.

import type { GuestSync, Metrics } from "guestsync";
import { changes } from "../changed.js";
import { el, find } from "../dom.js";
import { empty } from "../notice.js";

const ENDS: readonly (readonly [keyof Metrics, string])[] = [
  ["set", "set here"],
  ["restored", "found in the journal"],
  ["delivered", "delivered"],
  ["deliveredElsewhere", "delivered elsewhere"],
  ["superseded", "superseded"],
  ["withdrawn", "withdrawn"],
  ["dropped", "dropped"],
  ["rejected", "rejected"],
  ["expired", "expired"],
  ["findings", "personal data found"],
];

const view = find("journal", HTMLDivElement);
const changed = changes();

/** Shows the view of a page without a session. */
export function prepareJournal(): void {
  view.replaceChildren(empty("Updates that Genesys has not answered for yet."));
}

/** Asks the SDK what is pending and shows it. */
export function showJournal(guest: GuestSync): void {
  const pending = guest.pending();
  const metrics: Partial<Metrics> = guest.metrics();
  if (!changed([pending, metrics])) return;
  const held = metrics.held ?? 0;
  view.replaceChildren(
    el(
      "dl",
      { class: "waiting" },
      figure(
        "pending",
        "to be delivered",
        pending,
        pending > 0 ? `the oldest for ${seconds(metrics.oldestAgeMs)}` : "all answered",
      ),
      figure("held", "held", held, held > 0 ? "until consent is given" : "none lacks consent"),
    ),
    el("dl", { class: "ends" }, ...ENDS.flatMap(([name, label]) => end(name, label, metrics[name] ?? 0)), ...latency(metrics)),
  );
}

function figure(testId: string, label: string, count: number, remark: string): HTMLElement {
  const number = el("b", { "data-testid": testId, "data-none": count === 0 }, String(count));
  return el("div", {}, el("dt", {}, label), el("dd", {}, number, el("small", {}, remark)));
}

/** A line of the account; what never happened is left out, but for the two lines that make it up. */
function end(name: string, label: string, count: number): HTMLElement[] {
  if (count === 0 && name !== "set" && name !== "delivered") return [];
  return [el("div", { "data-testid": `count-${name}` }, el("dt", {}, label), el("dd", {}, String(count)))];
}

/** From `set` to the answer: the middle, and what 95 and 99 of 100 keys stayed below. */
function latency({ latencyP50Ms, latencyP95Ms, latencyP99Ms, delivered = 0 }: Partial<Metrics>): HTMLElement[] {
  if (delivered === 0) return [];
  const text = `${latencyP50Ms} · ${latencyP95Ms} · ${latencyP99Ms} ms`;
  return [el("div", { "data-testid": "percentiles" }, el("dt", {}, "p50 · p95 · p99"), el("dd", {}, text))];
}

function seconds(milliseconds = 0): string {
  return `${Math.round(milliseconds / 1000)} s`;
}
