/**
 * Guest attributes and profile forms for Genesys Cloud Web Messaging.
 *
 * ```ts
 * import { createGuestSync } from "guestsync";
 * const guest = createGuestSync({ guest: "8f3a…", consent: { service: true } });
 * await guest.set({ preferredLanguage: "en-US", tier: 3, vip: true });
 * ```
 * @packageDocumentation
 */
import { wasmIsAt } from "./wasm.js";

declare const __GUESTSYNC_PAGE_WASM__: string;

// A literal call, so that bundlers see the file and take it along.
wasmIsAt(() => new URL(__GUESTSYNC_PAGE_WASM__, import.meta.url));

export * from "./api.js";
