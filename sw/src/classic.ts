/** The classic script, for `importScripts`: its functions are members of the global `guestsyncWorker`. */
import type { ProfileFormsOptions } from "./options.js";
import { listen } from "./serve.js";

export type * from "./options.js";

declare const __GUESTSYNC_WORKER_WASM__: string;
declare const __GUESTSYNC_PAGE_WASM__: string;

const scope = self as unknown as ServiceWorkerGlobalScope;

/**
 * Answers the forms that this site's pages post to `path`: checks the fields, seals each, and sends them as one JSON Patch. The
 * wasm is expected in `/guestsync/`.
 *
 * Call it while the worker's script is evaluated for the first time, before listeners that answer every request.
 *
 * @throws {TypeError} that names the option which is not of its form.
 */
function serveProfileForms(options: ProfileFormsOptions = {}): void {
  listen(options, `/guestsync/${__GUESTSYNC_WORKER_WASM__}`, `/guestsync/${__GUESTSYNC_PAGE_WASM__}`);
}

/** The same in a worker that does nothing else: it takes over the site's open pages at once. */
function start(options: ProfileFormsOptions = {}): void {
  scope.addEventListener("install", () => void scope.skipWaiting());
  scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));
  serveProfileForms(options);
}

// Written down here: what the bundler makes of exports is half as long as a small module.
Object.assign(self, { guestsyncWorker: { serveProfileForms, start } });
