/** `workbox-background-sync` as its documentation has it: the network first, and what throws goes to the queue. */
import { Queue } from "workbox-background-sync";

const scope = /** @type {any} */ (self);
const queue = new Queue("forms");

scope.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener("fetch", (/** @type {any} */ event) => {
  if (event.request.method === "POST" && event.request.url.endsWith("/api/profile-sync")) event.respondWith(handle(event.request));
});

/** @param {Request} request */
async function handle(request) {
  try {
    return await fetch(request.clone());
  } catch {
    await queue.pushRequest({ request });
    return Response.json({ status: "queued" }, { status: 202 });
  }
}
