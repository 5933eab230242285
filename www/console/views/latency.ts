// A small plot of the time from `set` to the answer of Genesys, one bar a delivery.

import { el, find, svg } from "../dom.js";

const BARS = 40;
const WIDTH = 160;
const HEIGHT = 32;
const STEP = WIDTH / BARS;
const FLOOR = 1.5;

const view = find("latency", HTMLElement);
let times: readonly number[] = [];

/** Adds a delivery, in milliseconds; the latest 40 are drawn, oldest at the left. */
export function addLatency(milliseconds: number): void {
  times = [...times, milliseconds].slice(-BARS);
  const slowest = Math.max(...times, 1);
  const words = `set to answer: median ${spoken(median(times))}, slowest ${spoken(slowest)}`;
  const bars = times.map((time, index) => {
    const height = Math.max(FLOOR, (time / slowest) * HEIGHT);
    const x = WIDTH - (times.length - index) * STEP;
    return svg("rect", { x, y: HEIGHT - height, width: STEP - 1, height, class: "bar" });
  });
  view.hidden = false;
  view.replaceChildren(
    svg(
      "svg",
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        width: WIDTH,
        height: HEIGHT,
        preserveAspectRatio: "none",
        role: "img",
        "aria-label": words,
      },
      ...bars,
    ),
    el("figcaption", { "aria-hidden": "true" }, words),
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function spoken(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
