/** Google Consent Mode in Node: what is no refusal takes nothing away, and a history counts by how it ended. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";

/** @type {typeof import("../../www/src/index.js")} */
const { createGuestSync, followConsentMode } = await import(at("dist/npm/node.js"));

/** @typedef {Record<string, string>} Types */

/** An entry of the layer that updates these types; null: somebody else's, that cannot be read. @param {Types | null} types */
function entry(types) {
  if (types) return ["consent", "update", types];
  return Object.defineProperty([], "0", {
    get() {
      throw new Error("not for you");
    },
  });
}

/** What becomes of a value that waits for `marketing`, which needs two types. @param {(Types | null)[]} history @param {(Types | null)[]} later */
async function follow(history, later) {
  /** @type {unknown[]} */
  const dataLayer = history.map(entry);
  Object.assign(globalThis, { dataLayer });
  const guest = createGuestSync({ guest: "g1", endpoint: "http://127.0.0.1:1/genesys", token: async () => "t", purposes: { email: "marketing" }, storage: "memory" });
  assert.equal((await guest.set({ email: "a" })).stored, "held");
  followConsentMode(guest, { marketing: ["ad_storage", "ad_user_data"] });
  for (const types of later) dataLayer.push(entry(types));
  const { stored } = await guest.set({ email: "b" });
  const { withdrawn, pending, held } = guest.metrics();
  guest.close();
  return { stored, withdrawn, pending, held };
}

const [granted, denied] = [{ ad_storage: "granted", ad_user_data: "granted" }, { ad_storage: "denied", ad_user_data: "denied" }];
const sent = { stored: "memory", withdrawn: 0, pending: 1, held: 0 };

test("an update that grants one of two types decides nothing; the one that grants the other grants", async () => {
  assert.deepEqual(await follow([], [{ ad_storage: "granted" }]), { stored: "held", withdrawn: 0, pending: 0, held: 1 });
  assert.deepEqual(await follow([], [{ ad_storage: "granted" }, { ad_user_data: "granted" }]), sent);
});

test("a refusal that was taken back before the page followed withdraws nothing", async () => {
  assert.deepEqual(await follow([denied, granted], []), sent);
});

test("one type that is denied withdraws, whether another was ever heard of or not", async () => {
  for (const types of [denied, { ad_user_data: "denied" }]) assert.equal((await follow([], [types])).withdrawn, 1);
  assert.equal((await follow([granted], [{ ad_storage: "denied" }])).withdrawn, 1);
});

test("an entry that cannot be read is passed over", async () => {
  assert.deepEqual(await follow([null, granted], []), sent);
  assert.deepEqual(await follow([], [null, granted]), sent);
  assert.deepEqual(await follow([granted, null], [null, denied, granted]), { stored: "memory", withdrawn: 1, pending: 1, held: 0 });
});
