/**
 * The worker that the design document for profile forms describes, written from its description: it encrypts each field with one fixed
 * key, patches the profile with the organisation's token (kept in Cache Storage), tries five times, and answers when that has ended.
 * Taken as meant, not as printed: there the key is imported twice and nothing is ever encrypted.
 */
const scope = /** @type {any} */ (self);
const secret = new TextEncoder().encode("bench-master-secret-of-32-bytes!");
const cacheName = "genesys-guest-sync-v1";

scope.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener("fetch", (/** @type {any} */ event) => {
  const { url, method } = event.request;
  if (url.includes("/api/profile-sync") && method === "POST") event.respondWith(handle(event.request));
});

/** @param {Request} request */
async function handle(request) {
  try {
    const form = await request.formData();
    const fields = Object.fromEntries(["email", "phone", "name"].map((name) => [name, String(form.get(name) ?? "")]));
    const guestId = String(form.get("guestId") ?? "");
    if (!guestId || Object.values(fields).some((value) => !value)) return new Response("Missing required form fields", { status: 400 });
    await retried(() => patch(guestId, fields));
    return Response.json({ status: "synced", guestId });
  } catch (error) {
    return Response.json({ error: /** @type {Error} */ (error).message }, { status: 500 });
  }
}

/** @param {() => Promise<void>} operation */
async function retried(operation) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation();
    } catch (error) {
      if (attempt >= 5) throw error;
      // The document looks for Retry-After in the error's text, where it never is.
      await new Promise((resolve) => setTimeout(resolve, Math.min(1000 * 2 ** (attempt - 1), 16_000) + Math.random() * 500));
    }
  }
}

/** @param {string} guestId @param {Record<string, string>} fields @returns {Promise<void>} */
async function patch(guestId, fields) {
  const operations = [];
  for (const [name, value] of Object.entries(fields)) operations.push({ op: "replace", path: `/${name}`, value: await encrypt(value) });
  operations.push({ op: "replace", path: "/lastUpdated", value: new Date().toISOString() });
  const answer = await fetch(`/genesys/api/v2/guests/${encodeURIComponent(guestId)}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${await token()}`, "content-type": "application/json-patch+json", accept: "application/json" },
    body: JSON.stringify(operations),
  });
  if (answer.status === 401) {
    await (await caches.open(cacheName)).delete("/auth-token");
    return patch(guestId, fields);
  }
  if (!answer.ok) throw new Error(`Guest API failed: ${answer.status}`);
}

async function token() {
  const cache = await caches.open(cacheName);
  const kept = await (await cache.match("/auth-token"))?.json();
  if (kept?.expiresAt > Date.now()) return kept.token;
  const answer = await fetch("/oauth/token", { method: "POST", body: new URLSearchParams({ grant_type: "client_credentials" }) });
  if (!answer.ok) throw new Error(`OAuth failed: ${answer.status}`);
  const { access_token, expires_in } = await answer.json();
  await cache.put("/auth-token", Response.json({ token: access_token, expiresAt: Date.now() + expires_in * 1000 - 5000 }));
  return access_token;
}

/** @param {string} plain */
async function encrypt(plain) {
  const key = await crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(plain)));
  return btoa(String.fromCharCode(...iv, ...sealed));
}
