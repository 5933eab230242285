// The two small pictures that stand beside values: a lock for what is sealed, a key for what was opened.

import { svg } from "./dom.js";

const outline = { viewBox: "0 0 16 16", width: 15, height: 15, class: "icon", "aria-hidden": "true" };

/** A closed lock. */
export function lockIcon(): SVGElement {
  return svg(
    "svg",
    outline,
    svg("rect", { x: 3, y: 7, width: 10, height: 7, rx: 1.5, fill: "currentColor" }),
    svg("path", { d: "M5.25 7V5a2.75 2.75 0 0 1 5.5 0v2", fill: "none", stroke: "currentColor", "stroke-width": 1.6 }),
  );
}

/** A key. */
export function keyIcon(): SVGElement {
  return svg(
    "svg",
    outline,
    svg("circle", { cx: 5, cy: 8, r: 2.75, fill: "none", stroke: "currentColor", "stroke-width": 1.6 }),
    svg("path", { d: "M7.75 8H14v3M11 8v2.25", fill: "none", stroke: "currentColor", "stroke-width": 1.6 }),
  );
}
