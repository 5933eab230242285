/** Runs in a page: a 4-field form, encrypted and made a patch, in four ways. */
import { CompactEncrypt, importJWK } from "jose";
// @ts-expect-error
import init, { ProfileWorker, WorkerOptions } from "#worker-glue";
// Names that only the bundler resolves: what they are is checked where they are made.
// @ts-expect-error
import { agree } from "#worker-agree";

const names = ["email", "phone", "name", "company"];
const guest = "g-1";
const utf8 = (/** @type {string} */ text) => new TextEncoder().encode(text);
/** @param {number} nth */
const valuesOf = (nth) => names.map((name) => `${name} number ${nth} of this bench`);
const lastUpdated = () => ({ op: "replace", path: "/lastUpdated", value: new Date().toISOString() });

/** @param {string} wasm */
export const load = (wasm) => init({ module_or_path: wasm });

/** Our machine, its queue included, with a host that has everything at hand and stores in memory. @param {boolean} shared @param {any} keySet */
export function ours(shared, keySet) {
  const options = new WorkerOptions();
  for (const name of names) options.field(name, `/${name}`, false, undefined, true, undefined);
  if (shared) options.shared(true);
  const keys = new Map(keySet.keys.map((/** @type {any} */ key) => [key.kid, key]));
  const later = Date.now() + 3_600_000;
  /** @type {(value: unknown) => void} */
  let answered = () => {};
  const soon = queueMicrotask;
  /** @type {Map<string, string>} */
  const rows = new Map();
  const nothing = () => {};
  const host = {
    getKeys: () =>
      soon(() => {
        for (const { kid, kty, crv, use, alg } of keySet.keys) worker.listed(kid, kty, crv, use, alg);
        worker.keys("max-age=3600", false);
      }),
    agree: (/** @type {string} */ id) => void agree(worker, keys, id),
    getToken: () => soon(() => worker.token(guest, utf8("capability"), performance.now(), later, NaN)),
    getFieldKey: () => soon(() => worker.fieldKey(guest, utf8("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"), later, NaN)),
    send: (/** @type {number} */ send) => soon(() => worker.response(send, 200)),
    respond: (/** @type {number} */ _, /** @type {number} */ status) => answered(status),
    lock: () => soon(() => worker.lockGranted()),
    write: (/** @type {string} */ key, /** @type {string | undefined} */ value) => void (value === undefined ? rows.delete(key) : rows.set(key, value)),
    load: (/** @type {number} */ load) =>
      soon(() => {
        for (const [key, value] of rows) worker.row(false, key, value);
        worker.loaded(load);
      }),
    store: (/** @type {number} */ store) => soon(() => worker.stored(store)),
    ...Object.fromEntries(["abort", "forward", "unlock", "sync", "report", "letter", "status", "busy", "wakeIn"].map((name) => [name, nothing])),
  };
  const worker = new ProfileWorker(options, host);
  let nth = 0;
  return async () => {
    nth += 1;
    const answer = new Promise((resolve) => (answered = resolve));
    worker.field("guestId");
    worker.text(utf8(guest));
    for (const [at, value] of valuesOf(nth).entries()) {
      worker.field(names[at] ?? "");
      worker.text(utf8(value));
    }
    worker.submitted(nth, false);
    const status = await answer;
    if (status !== 200) throw new Error(`the form was answered with ${status}`);
  };
}

/** The design document's: the key is imported for each field. */
export function document() {
  const secret = utf8("bench-master-secret-of-32-bytes!");
  let nth = 0;
  return async () => {
    const operations = [];
    for (const [at, plain] of valuesOf((nth += 1)).entries()) {
      const key = await crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["encrypt"]);
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, utf8(plain)));
      operations.push({ op: "replace", path: `/${names[at]}`, value: btoa(String.fromCharCode(...iv, ...sealed)) });
    }
    return JSON.stringify([...operations, lastUpdated()]);
  };
}

/** npm `jose`, a JWE a field as its documentation has it. @param {any} keySet */
export async function jose(keySet) {
  const [jwk] = keySet.keys;
  const key = await importJWK(jwk, "ECDH-ES");
  let nth = 0;
  return async () => {
    const operations = [];
    for (const [at, plain] of valuesOf((nth += 1)).entries()) {
      const header = { alg: "ECDH-ES", enc: "A256GCM", kid: jwk.kid };
      operations.push({ op: "replace", path: `/${names[at]}`, value: await new CompactEncrypt(utf8(plain)).setProtectedHeader(header).encrypt(key) });
    }
    return JSON.stringify([...operations, lastUpdated()]);
  };
}

/** Milliseconds a form, of each way; they take turns. @param {string} wasm @param {any} keySet @param {number} rounds @param {number} each */
export async function measure(wasm, keySet, rounds, each) {
  await load(wasm);
  const ways = { shared: ours(true, keySet), sealed: ours(false, keySet), document: document(), jose: await jose(keySet) };
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = -6; round < rounds; round++) {
    for (const [name, one] of Object.entries(ways)) {
      const from = performance.now();
      for (let at = 0; at < each; at++) await one();
      // The first rounds warm up: engines compile what is used often once more.
      if (round >= 0) times[name]?.push((performance.now() - from) / each);
    }
  }
  return times;
}
