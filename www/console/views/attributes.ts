// The guest attributes that Genesys stores.

import { changes } from "../changed.js";
import { el, find } from "../dom.js";
import { empty } from "../notice.js";
import type { StoredGuest } from "../sandbox.js";

const view = find("attributes-stored", HTMLDivElement);
const changed = changes();

/** Shows the stored attributes with their type; `null` for a guest that is not there. */
export function showAttributes(guest: StoredGuest | null): void {
  if (!changed(guest && [guest.attributes, guest.version])) return;
  const entries = Object.entries(guest?.attributes ?? {});
  if (guest === null || entries.length === 0) {
    view.replaceChildren(empty("Key, value and type of each attribute that has arrived."));
    return;
  }
  const rows = entries.map(([key, value]) =>
    el(
      "div",
      { class: "attribute", "data-testid": `stored-attr-${key}`, "data-type": typeof value },
      el("dt", {}, key),
      el("dd", {}, el("span", {}, String(value)), el("small", {}, typeof value)),
    ),
  );
  view.replaceChildren(el("dl", { class: "attribute-list" }, ...rows), el("p", { class: "foot" }, `Version ${guest.version}`));
}
