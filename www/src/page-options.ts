import { randomId } from "./effect/session.js";
import type { Part } from "./flat.js";
import { NONE } from "./none.js";
import type { GuestSyncOptions } from "./options.js";
import { withdrawnBySignal } from "./purposes.js";

/**
 * The options in the order in which the core reads them; `checkedOptions` has refused what cannot be an option. `consent` is what is
 * granted so far, `signalled` what Global Privacy Control withdraws where it is on.
 */
export function pageOptions(options: GuestSyncOptions, consent = options.consent, signalled = withdrawnBySignal(options)): Part[] {
  const { guest, ungranted, batch = NONE, limits = NONE } = options;
  const { maxItems = 10, maxDelayMs = 2000 } = batch;
  const { keysPerUpdate = 100, keysPerGuest = 1024, valueBytes = 256 } = limits;
  const purposes = Object.entries(options.purposes ?? NONE);
  const stated = Object.entries(consent ?? NONE);
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
    signalled ? "" : null,
    signalled?.length,
    ...(signalled ?? []),
  ];
}
