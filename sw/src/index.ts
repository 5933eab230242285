/**
 * Profile forms for Genesys Cloud Web Messaging, answered by a site's own service worker.
 *
 * ```ts
 * import { serveProfileForms } from "guestsync/sw";
 * serveProfileForms({ path: "/api/profile-sync", fields: { email: "/email", phone: "/phone", name: "/name" } });
 * ```
 * @packageDocumentation
 */
import type { ProfileFormsOptions } from "./options.js";
import { listen } from "./serve.js";

export type * from "./options.js";

declare const __GUESTSYNC_WORKER_WASM__: string;
declare const __GUESTSYNC_PAGE_WASM__: string;

/**
 * Answers the forms that this site's pages post to `path`: checks the fields, seals each, and sends them as one JSON Patch.
 *
 * Call it while the worker's script is evaluated for the first time, before listeners that answer every request. It registers
 * listeners for `install`, `activate`, `fetch`, `message` and `sync`, and never takes over pages by itself.
 *
 * @throws {TypeError} that names the option which is not of its form.
 */
export function serveProfileForms(options: ProfileFormsOptions = {}): void {
  // A literal call, so that bundlers see the file and take it along.
  listen(options, new URL(__GUESTSYNC_WORKER_WASM__, import.meta.url).href, new URL(__GUESTSYNC_PAGE_WASM__, import.meta.url).href);
}
