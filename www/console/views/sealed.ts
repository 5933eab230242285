// Shows a sealed value short, and in full on request.

import { el } from "../dom.js";
import { lockIcon } from "../icons.js";

const HEAD = 10;
const TAIL = 6;

/** The shortened text of a sealed value. */
export function shorten(token: string): string {
  return `${token.slice(0, HEAD)}…${token.slice(-TAIL)}`;
}

/** A button with the shortened value that opens to all of it. `data-value` always holds the whole. */
export function sealedValue(token: string): HTMLElement {
  const text = el("span", {}, shorten(token));
  const button = el(
    "button",
    {
      class: "sealed",
      type: "button",
      "aria-expanded": "false",
      "data-value": token,
      title: `Sealed, ${token.length} characters`,
    },
    lockIcon(),
    text,
  );
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    text.textContent = open ? token : shorten(token);
  });
  return button;
}
