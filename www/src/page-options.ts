import { hasLocalStorage } from "./journal.js";
import { randomId } from "./effect/session.js";
import { GuestSyncError } from "./errors.js";
import type { Part } from "./flat.js";
import type { GuestSyncOptions } from "./options.js";

/** The options in the order in which the core reads them; {@link checkOptions} has refused what cannot be an option. */
export function pageOptions(options: GuestSyncOptions): Part[] {
  const { guest, ungranted, batch = {}, limits = {} } = options;
  const { maxItems = 10, maxDelayMs = 2000 } = batch;
  const { keysPerUpdate = 100, keysPerGuest = 1024, valueBytes = 256 } = limits;
  const purposes = Object.entries(options.purposes ?? {});
  const stated = Object.entries(options.consent ?? {}).filter(([, granted]) => granted);
  return [
    ...crypto.getRandomValues(new Uint32Array(2)),
    hasLocalStorage() ? "" : null,
    guest,
    randomId(),
    ungranted === "drop" ? "" : null,
    // Nobody wants to be asked about conflicts.
    null,
    maxItems,
    maxDelayMs,
    keysPerUpdate,
    keysPerGuest,
    valueBytes,
    purposes.length,
    ...purposes.flat(),
    stated.length,
    ...stated.map(([purpose]) => purpose),
  ];
}

/** What the types cannot promise to those who write JavaScript. */
export function checkOptions(options: GuestSyncOptions): void {
  const refuse = (option: string, message: string): never => {
    throw new GuestSyncError("options.invalid", `${option}: ${message}`);
  };
  if (typeof options !== "object" || options === null) refuse("options", "is an object.");
  const { guest, storage, batch, consent, purposes } = options;
  if (guest !== undefined && !(typeof guest === "string" && /^[A-Za-z0-9._~-]{1,128}$/.test(guest))) {
    refuse("guest", "is 1 to 128 letters, digits, dots, tildes, underscores or hyphens.");
  }
  if (storage !== undefined && typeof storage !== "object" && !["auto", "local", "memory"].includes(storage)) {
    refuse("storage", 'is "auto", "local", "memory" or an object.');
  }
  for (const [name, value] of Object.entries(batch ?? {})) {
    if (!(Number.isInteger(value) && value >= 0 && value <= 0x7fffffff)) refuse(`batch.${name}`, "is a whole number, not negative.");
  }
  for (const [name, value] of Object.entries(consent ?? {})) {
    if (typeof value !== "boolean") refuse(`consent.${name}`, "is true or false.");
  }
  for (const [name, value] of Object.entries(purposes ?? {})) {
    if (typeof value !== "string" || !value) refuse(`purposes.${name}`, "is the name of a purpose.");
  }
}
