import { randomId } from "./effect/session.js";
import type { Part } from "./flat.js";
import { type GuestSyncOptions, KINDS } from "./options.js";

/** The options in the order in which the core reads them; `checkOptions` has refused what cannot be an option. */
export function pageOptions(options: GuestSyncOptions): Part[] {
  const { guest, ungranted, batch = {}, limits = {} } = options;
  const { maxItems = 10, maxDelayMs = 2000 } = batch;
  const { keysPerUpdate = 100, keysPerGuest = 1024, valueBytes = 256 } = limits;
  const purposes = Object.entries(options.purposes ?? {});
  const { allow = [], region, ...pii } = options.pii ?? {};
  const signalled = withdrawnBySignal(options);
  const stated = Object.entries(options.consent ?? {});
  return [
    ...crypto.getRandomValues(new Uint32Array(2)),
    guest,
    randomId(),
    ungranted === "drop" ? "" : null,
    options.onConflict ? "" : null,
    options.webhook ? "" : null,
    maxItems,
    maxDelayMs,
    keysPerUpdate,
    keysPerGuest,
    valueBytes,
    purposes.length,
    ...purposes.flat(),
    stated.length,
    ...stated.flatMap(([purpose, granted]) => [purpose, granted ? "" : null]),
    signalled.length,
    ...signalled,
    region,
    ...KINDS.map((kind) => pii[kind]),
    allow.length,
    ...allow,
  ];
}

/** The purposes that the browser's Global Privacy Control withdraws; none where it is off. */
function withdrawnBySignal({ gpc, purposes = {} }: GuestSyncOptions): string[] {
  if (typeof navigator !== "object" || !(navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl) return [];
  const { "*": other = "service" } = purposes;
  return [...new Set(gpc ?? Object.values(purposes).filter((purpose) => purpose !== other))];
}
