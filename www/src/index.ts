/**
 * Guest attributes and profile forms for Genesys Cloud Web Messaging.
 *
 * ```ts
 * import { createGuestSync } from "guestsync";
 * const guest = createGuestSync({ guest: "8a1ff5e4-2c5f-4d5e-9a53-0f6a3f3d2f10", consent: { service: true } });
 * await guest.set({ preferredLanguage: "en-US", tier: 3, vip: true });
 * ```
 * @packageDocumentation
 */
import { scannerIsAt } from "./screen.js";
import { wasmIsAt } from "./wasm.js";

declare const __GUESTSYNC_PAGE_WASM__: string;
declare const __GUESTSYNC_PII_WASM__: string;

// Literal calls, so that bundlers see the files and take them along.
wasmIsAt(() => new URL(__GUESTSYNC_PAGE_WASM__, import.meta.url));
scannerIsAt(() => new URL(__GUESTSYNC_PII_WASM__, import.meta.url));

export * from "./api.js";
