// A small plot of how long Genesys took to answer, one bar a request.

import { el, find, svg } from "../dom.js";
import type { SentRequest } from "../sandbox.js";

const BARS = 40;
const WIDTH = 160;
const HEIGHT = 32;
const STEP = WIDTH / BARS;
const FLOOR = 1.5;

const view = find("latency", HTMLElement);

/** Draws at most 40 requests, oldest at the left; hides the plot while there is none. */
export function showLatency(requests: readonly SentRequest[]): void {
  view.hidden = requests.length === 0;
  if (requests.length === 0) return;
  const times = requests.map((request) => request.durationMs);
  const slowest = Math.max(...times, 1);
  const words = `median ${median(times)} ms, slowest ${Math.max(...times)} ms`;
  const bars = requests.map(({ durationMs, status }, index) => {
    const height = Math.max(FLOOR, (durationMs / slowest) * HEIGHT);
    const x = WIDTH - (requests.length - index) * STEP;
    const good = status !== null && status < 400;
    return svg("rect", { x, y: HEIGHT - height, width: STEP - 1, height, class: good ? "bar" : "bar bar-bad" });
  });
  view.replaceChildren(
    svg(
      "svg",
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        width: WIDTH,
        height: HEIGHT,
        preserveAspectRatio: "none",
        role: "img",
        "aria-label": `Answer times: ${words}`,
      },
      ...bars,
    ),
    el("figcaption", { "aria-hidden": "true" }, words),
  );
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
