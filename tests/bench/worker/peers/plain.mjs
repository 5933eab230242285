/** The same handler in plain JavaScript: it reads the form, patches the profile, answers. It seals nothing and keeps nothing. */
const scope = /** @type {any} */ (self);

scope.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener("fetch", (/** @type {any} */ event) => {
  if (event.request.method === "POST" && event.request.url.endsWith("/api/profile-sync")) event.respondWith(handle(event.request));
});

/** @param {Request} request */
async function handle(request) {
  const form = await request.formData();
  const guestId = String(form.get("guestId"));
  const operations = ["email", "phone", "name"].map((name) => ({ op: "replace", path: `/${name}`, value: String(form.get(name)) }));
  const answer = await fetch(`/genesys/api/v2/guests/${guestId}`, {
    method: "PATCH",
    headers: { authorization: "Bearer plain", "content-type": "application/json-patch+json", accept: "application/json" },
    body: JSON.stringify(operations),
  });
  return Response.json({ status: answer.ok ? "synced" : "failed", guestId }, { status: answer.status });
}
