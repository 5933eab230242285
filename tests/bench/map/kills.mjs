/** A run through 429 bursts, batches that fail in part and lost answers, killed three times at random moments: where it ends. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { startSandbox } from "../support/sandbox.mjs";
import { endState } from "./check.mjs";
import { guestsync, map } from "./ours.mjs";
import { writeRecords } from "./records.mjs";

const kills = 3;
/** More than is under way at once: a run that is killed later may be over. */
const rest = 12_000;

/** @param {object} effect @param {object} when */
const rule = (effect, when) => ({ calls: ["S3"], ...when, effect });

/** Eight refusals in a row now and then, one batch in a hundred whose entities fail by a third, one answer in two hundred lost. @param {number} seed */
const faults = (seed) => ({
  seed,
  rules: [
    ...Array.from({ length: 12 }, (_, n) => rule({ kind: "status", status: 429, retryAfter: 1 }, { skip: 40 + 250 * n, first: 8 })),
    rule({ kind: "lost" }, { probability: 0.005 }),
    rule({ kind: "entities", share: 0.3, status: 503 }, { probability: 0.01 }),
    rule({ kind: "delay", ms: 20 }, {}),
  ],
});

/** @typedef {{ records: number, wrong: number, peakMb: number, seconds: number, killedAt: number[] }} Figures */

/** @param {string} folder @param {number} count @param {number} seed @param {() => number} random @returns {Promise<Figures>} */
export async function killed(folder, count, seed, random) {
  const file = join(folder, `records-${count}.ndjson`);
  await writeRecords(file, count);
  const sandbox = await startSandbox(guestsync, "--rate", "0");
  try {
    await sandbox.setFaults(faults(seed));
    const moments = Array.from({ length: kills }, () => Math.floor((count - rest) * (0.02 + 0.98 * random()))).sort((a, b) => a - b);
    const [killedAt, runs] = [/** @type {number[]} */ ([]), /** @type {import("./ours.mjs").Ran[]} */ ([])];
    for (const moment of [...moments, Infinity]) {
      const run = await map(sandbox, folder, file, (kill) => void when(sandbox, moment).then((at) => at !== undefined && killedAt.push(at) && kill()));
      runs.push(run);
    }
    const last = runs.at(-1)?.counts;
    if (!last?.wentOn) throw new Error("a run was over before it was killed");
    const state = await endState(sandbox.base, last.rejects, count);
    const miscounted = last && last.records === count && last.applied + last.rejected === count ? 0 : 1;
    const wrong = state.missing + state.doubled + state.wrong + state.refusedWrongly + miscounted;
    if (wrong > 0) console.error("wrong end state:", state, last);
    if (killedAt.length !== kills) throw new Error(`killed ${killedAt.length} times instead of ${kills}`);
    return {
      records: count,
      wrong,
      peakMb: Math.max(...runs.map(({ peakMb }) => peakMb)),
      seconds: runs.reduce((sum, { seconds }) => sum + seconds, 0),
      killedAt,
    };
  } finally {
    await sandbox.stop();
    await rm(file, { force: true });
  }
}

/** Waits until so many records are there; how many they were then. @param {import("../support/sandbox.mjs").Sandbox} sandbox @param {number} moment */
async function when(sandbox, moment) {
  if (moment === Infinity) return undefined;
  for (;;) {
    const { count } = await sandbox.look("records?limit=0");
    if (count >= moment) return count;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
