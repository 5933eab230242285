// Two views side by side, row for row: what Genesys stores of the profile, and what the key holder reads of it.

import { changes } from "../changed.js";
import { el, find, type Child } from "../dom.js";
import { keyIcon } from "../icons.js";
import { empty } from "../notice.js";
import type { OpenedProfile, StoredGuest } from "../sandbox.js";
import { shortId } from "../short-id.js";
import { isSealed, jweHeader, type JweHeader } from "./jwe.js";
import { sealedValue } from "./sealed.js";
import { clock } from "./time.js";

const FIELDS = ["name", "email", "phone"] as const;

const stored = find("stored-profile", HTMLDivElement);
const opened = find("opened-values", HTMLDivElement);
const storedChanged = changes();
const openedChanged = changes();

/** Shows the stored profile; `null` for a guest that is not there. */
export function showStored(guest: StoredGuest | null): void {
  if (!storedChanged(guest && [guest.profile, guest.version])) return;
  if (guest === null) {
    stored.replaceChildren(empty("The profile as Genesys has it, each field sealed."));
    return;
  }
  const rows = FIELDS.map((field) => row(`stored-${field}`, field, ...storedCells(guest.profile[field])));
  const updated = guest.profile["lastUpdated"];
  stored.replaceChildren(
    el("dl", { class: "fields" }, ...rows),
    el("p", { class: "foot" }, typeof updated === "string" ? `Updated ${clock(updated)}` : "Not updated yet"),
  );
}

/** Shows what the key holder reads; `null` for a guest that is not there. */
export function showOpened(profile: OpenedProfile | null): void {
  if (!openedChanged(profile)) return;
  if (profile === null) {
    opened.replaceChildren(empty("The same fields, opened with the private key."));
    return;
  }
  const rows = FIELDS.map((field) => row(`opened-${field}`, field, ...openedCells(profile, `/${field}`)));
  opened.replaceChildren(
    el("dl", { class: "fields" }, ...rows),
    el("p", { class: "foot" }, "The private key never reaches a browser"),
  );
}

/** Says that the gateway cannot open what is stored. */
export function showNoKey(): void {
  if (openedChanged("no key")) opened.replaceChildren(empty("This gateway does not hold the private key."));
}

function row(testId: string, field: string, value: Child, meta: string | null): HTMLElement {
  return el(
    "div",
    { class: "field-row", "data-testid": testId },
    el("dt", {}, field),
    el("dd", {}, value ?? el("span", { class: "none" }, "–"), meta === null ? null : el("small", {}, meta)),
  );
}

function storedCells(value: unknown): [Child, string] {
  if (value === null || value === undefined || value === "") return [null, "not set"];
  if (!isSealed(value)) return [String(value), "in clear, as the session began"];
  const header = jweHeader(value);
  return [sealedValue(value), header === null ? "AES-256-GCM, shared key" : describe(header)];
}

function openedCells({ fields, refused }: OpenedProfile, pointer: string): [Child, string | null] {
  if (pointer in refused) return [el("span", { class: "refused" }, "does not open"), String(refused[pointer])];
  const value = fields[pointer];
  if (value === undefined || value === null) return [null, "nothing sealed"];
  return [el("span", { class: "opened" }, keyIcon(), el("span", {}, String(value))), null];
}

function describe({ alg, enc, kid }: JweHeader): string {
  return [alg, enc, kid === undefined ? null : shortId(kid)].filter((part) => part !== null).join(" · ");
}
