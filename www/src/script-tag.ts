/** The script tag: everything that the package exports, as `window.Guestsync`; the wasm lies beside the script. */
import { scannerIsAt } from "./screen.js";
import { wasmIsAt } from "./wasm.js";

declare const __GUESTSYNC_PAGE_WASM__: string;
declare const __GUESTSYNC_PII_WASM__: string;

// Known only while the script runs.
const script = document.currentScript as HTMLScriptElement | null;
const base = script?.src || location.href;
wasmIsAt(() => new URL(__GUESTSYNC_PAGE_WASM__, base));
scannerIsAt(() => new URL(__GUESTSYNC_PII_WASM__, base));

export * from "./api.js";
