/** Runs in a page: a 4-field form, encrypted and made a patch, in four ways. */
import { CompactEncrypt, importJWK } from "jose";
import { agree } from "../../../sw/src/effect/agree.js";
import * as Ask from "../../../sw/src/ask.js";
import type { Asked } from "../../../sw/src/codes.js";
import { Core } from "../../../sw/src/core.js";
import * as Tell from "../../../sw/src/tell.js";
import { pack } from "../../../www/src/flat.js";
import { Instance, type Place } from "../../../www/src/instance.js";

/** The function of a build with the feature `sealing`. */
interface Sealing {
  patch(pointer: number, length: number, secret: number, secretLength: number, wall: number): Place;
}

/** A key set as a site serves it. */
interface KeySet {
  keys: [JsonWebKey & { kid: string }];
}

/** One form. */
type Way = () => Promise<unknown>;

const names = ["email", "phone", "name", "company"];
const guest = "g-1";
const utf8 = (text: string) => new TextEncoder().encode(text);
const valuesOf = (nth: number) => names.map((name) => `${name} number ${nth} of this bench`);
const lastUpdated = () => ({ op: "replace", path: "/lastUpdated", value: new Date().toISOString() });

/** Our sealing by itself: one call of the wasm a form. */
function ours(module: WebAssembly.Module, shared: boolean, keySet: KeySet): Way {
  const instance = new Instance<Sealing>(new WebAssembly.Instance(module));
  const [key] = keySet.keys;
  let nth = 0;
  return async () => {
    const agreed = shared ? [] : await agreement(key);
    const secret = new Uint8Array(32 + agreed.length);
    crypto.getRandomValues(secret.subarray(0, 32));
    secret.set(agreed, 32);
    const values = valuesOf((nth += 1));
    const patch = instance.take(instance.exports.patch(...instance.pass(pack([guest, ...values])), ...instance.give(secret), Date.now()));
    if (patch.length < 300) throw new Error("no patch");
    return patch;
  };
}

/** Our point, and what was agreed on. */
function agreement(key: KeySet["keys"][0]): Promise<Uint8Array> {
  return new Promise((resolve, reject) => agree({ secretly: (...[both]) => resolve(both), tell: () => reject(new Error("no agreement")) }, key, key.kid));
}

/** Our machine, its queue included, with a host that has everything at hand and stores in memory. */
function machine(module: WebAssembly.Module, shared: boolean, keySet: KeySet): Way {
  const [key] = keySet.keys;
  let answered: (status: number) => void = () => {};
  const rows = new Map<string, string>();
  const nothing = () => {};
  const host: Asked = {
    // What is not named here.
    ...(Object.values(Ask).map(() => nothing) as unknown as Asked),
    [Ask.getKeys]: () => core.tell(Tell.keys, "max-age=3600", null, key.kid, key.kty, key.crv, key.use, key.alg),
    [Ask.agree]: (id) => void agree(core, key, id),
    [Ask.getToken]: () => core.tell(Tell.token, guest, "capability", Math.trunc(performance.now()), 3_600_000),
    [Ask.getFieldKey]: () => core.secretly(Uint8Array.from({ length: 32 }, (_, nth) => nth), Tell.fieldKey, guest, 3_600_000),
    [Ask.send]: (send) => core.tell(Tell.answered, send, 200),
    [Ask.respond]: (_, status) => answered(status),
    [Ask.lock]: () => core.tell(Tell.lockGranted),
    [Ask.load]: (load) => core.tell(Tell.loaded, load, ...[...rows].flatMap(([key, value]) => [null, key, value])),
    [Ask.store](store, ...writes) {
      for (let at = 0; at < writes.length; at += 2) {
        const [key, value] = writes.slice(at, at + 2) as [string, string | null];
        if (value === null) rows.delete(key);
        else rows.set(key, value);
      }
      core.tell(Tell.stored, store);
    },
  };
  const core = new Core(module, () => host, (error) => { throw error; });
  const fields = names.flatMap((name) => [name, `/${name}`, null, null, "", null, null]);
  core.tell(Tell.open, 1, 2, null, shared ? "" : null, "", null, names.length, ...fields, 0);
  let nth = 0;
  return async () => {
    nth += 1;
    const answer = new Promise<number>((resolve) => (answered = resolve));
    const entries = valuesOf(nth).flatMap((value, at) => [names[at] ?? "", `s${value}`]);
    core.secretly(crypto.getRandomValues(new Uint8Array(32)), Tell.submitted, nth, null, "guestId", `s${guest}`, ...entries);
    const status = await answer;
    if (status !== 200) throw new Error(`the form was answered with ${status}`);
  };
}

/** The design document's: the key is imported for each field. */
function document(): Way {
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

/** npm `jose`, a JWE a field as its documentation has it. */
async function jose(keySet: KeySet): Promise<Way> {
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

/** Milliseconds a form, of each way; they take turns. */
export async function measure(wasm: string, keySet: KeySet, rounds: number, each: number): Promise<Record<string, number[]>> {
  const module = await WebAssembly.compileStreaming(fetch(wasm));
  const ways = {
    shared: ours(module, true, keySet),
    sealed: ours(module, false, keySet),
    document: document(),
    jose: await jose(keySet),
    shared_kept: machine(module, true, keySet),
    sealed_kept: machine(module, false, keySet),
  };
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = -20; round < rounds; round++) {
    for (const [name, one] of Object.entries(ways)) {
      const from = performance.now();
      for (let at = 0; at < each; at++) await one();
      // The first rounds warm up: engines compile what is used often once more.
      if (round >= 0) times[name]?.push((performance.now() - from) / each);
    }
  }
  return times;
}
