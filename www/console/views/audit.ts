// What the SDK has written down of this page: keys, kinds and outcomes, never values.

import type { GuestSync } from "guestsync";
import { changes } from "../changed.js";
import { el, find } from "../dom.js";
import { empty } from "../notice.js";

const LISTED = 12;

const view = find("audit", HTMLDivElement);
const save = find("audit-save", HTMLAnchorElement);
const changed = changes();

/** Shows the view of a page without a session. */
export function prepareAudit(): void {
  view.replaceChildren(empty("Nothing yet. What happens in this page is written down here: keys, kinds and outcomes, never values."));
}

/** Shows the newest lines, and offers all of them as a file. */
export function showAudit(guest: GuestSync): void {
  const lines = guest.audit();
  if (lines === "" || !changed(lines)) return;
  view.replaceChildren(el("pre", { class: "audit", tabindex: "0" }, lines.trimEnd().split("\n").slice(-LISTED).join("\n")));
  URL.revokeObjectURL(save.href);
  save.href = URL.createObjectURL(new Blob([lines], { type: "application/jsonl" }));
  save.hidden = false;
}
