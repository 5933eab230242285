/** What looking for personal data costs in the wasm, for texts made to make it dear: half a MiB of each, in Node. */
import { readFile } from "node:fs/promises";
import { median } from "../support/figures.mjs";
import { at } from "../../../scripts/lib/paths.mjs";

/** What an outbox has room for. */
const LENGTH = 1 << 19;

/** Texts that are repeated: each makes another scanner begin as often as it can, and fail as late. @type {string[]} */
const shapes = JSON.parse(await readFile(at("crates/core/fixtures/pii-hostile.json"), "utf8"));

/** A text as long as there is room for, in bytes. @param {string} shape */
const filled = (shape) => shape.repeat(LENGTH / Buffer.byteLength(shape));

/** @returns {Promise<{ shape: string, ms: number }>} the dearest one: milliseconds of processor time a MiB, median of nine, crossing to the wasm and all */
export async function dearestScan() {
  const { createGuestSync } = await import(at("dist/npm/node.js"));
  // Where a kind is masked, each value is looked through before it goes on; elsewhere that would come after its promise.
  const options = { pii: { ssn: "mask" }, limits: { valueBytes: LENGTH } };
  const guest = createGuestSync({ guest: "bench", storage: "memory", consent: { service: false }, ungranted: "drop", ...options });
  await guest.ready;
  await guest.set({ warm: 1 });
  const texts = shapes.map((shape) => ({ shape, value: filled(shape), times: /** @type {number[]} */ ([]) }));
  // By turns through all of them, so that a spell in which the machine is slow is shared by all and decides no median. In the first two the
  // wasm is compiled for speed, which is the engine's work and not the scanner's.
  for (let turn = -2; turn < 9; turn++) {
    for (const { value, times } of texts) {
      const from = process.cpuUsage();
      await guest.set({ value });
      const { user, system } = process.cpuUsage(from);
      if (turn >= 0) times.push((user + system) / 1000);
    }
  }
  guest.close();
  const costs = texts.map(({ shape, times }) => ({ shape, ms: (median(times) * (1 << 20)) / LENGTH }));
  return costs.reduce((dearest, cost) => (cost.ms > dearest.ms ? cost : dearest));
}
