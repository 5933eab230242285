/** A journal of the page's own that does not answer, with the clock of the test. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";

/** @type {typeof import("../../www/src/index.js")} */
const { createGuestSync } = await import(at("dist/npm/node.js"));

const never = () => new Promise(() => {});
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a journal of the page's own that has not answered after 10 s has failed: what is set waits in memory, and a withdrawal says so", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const guest = createGuestSync({ guest: "g1", consent: { service: true }, storage: { load: never, store: never }, endpoint: "http://127.0.0.1:1/genesys", token: async () => "t" });
  /** @type {string[]} */
  const reasons = [];
  guest.on("storage", ({ reason }) => reasons.push(reason));
  await guest.ready;
  const ends = Promise.allSettled([guest.set({ tier: 1 }), guest.withdraw("service")]);
  let ended = false;
  ends.finally(() => (ended = true));
  for (let seconds = 0; seconds < 9; seconds++) {
    t.mock.timers.tick(1_000);
    await turn();
  }
  assert.equal(ended, false);
  for (let seconds = 0; !ended && seconds < 60; seconds++) {
    t.mock.timers.tick(1_000);
    await turn();
  }
  const [set, withdrawn] = /** @type {any} */ (await ends);
  assert.equal(set.value?.stored, "memory");
  assert.equal(withdrawn.reason?.code, "storage.unavailable");
  assert.deepEqual(reasons, ["failed"]);
  guest.close();
});
