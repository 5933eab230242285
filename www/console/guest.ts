// The one place that speaks to the SDK: how this page configures it and what it listens for.

import { createGuestSync, type GuestSync, type GuestSyncEvent } from "guestsync";

/** Everything that the SDK tells of by itself once the guest is known. */
export const EVENTS = [
  "delivered",
  "held",
  "withdrawn",
  "rejected",
  "retrying",
  "conflict",
  "expired",
  "finding",
  "storage",
] as const satisfies readonly GuestSyncEvent[];

/** Starts the SDK for a guest that the gateway has started. */
export function openGuest(guestId: string): GuestSync {
  return createGuestSync({
    guest: guestId,
    endpoint: "/genesys",
    token: "/api/token",
    consent: { service: true },
    purposes: { email: "marketing", "*": "service" },
    pii: { card: "block", phone: "mask", allow: ["email"], region: "US" },
    storage: "auto",
  });
}
