/** Records where a limit holds the run up: how much of it is used. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { startSandbox } from "../support/sandbox.mjs";
import { guestsync, map } from "./ours.mjs";
import { writeRecords } from "./records.mjs";

/** 300 requests a minute, measured in windows of a tenth of one. */
const limit = 30;
const window = 6;

/** @typedef {{ at: number, path: string, status: number }} Request */
/** @typedef {{ used: number, refused: number, perRequest: number, windows: number }} Figures */

/** @param {string} folder @param {number} windows at least so many @returns {Promise<Figures>} */
export async function limited(folder, windows) {
  const file = join(folder, "limited.ndjson");
  await writeRecords(file, limit * windows * 1000, { valid: true });
  const sandbox = await startSandbox(guestsync, "--rate", String(limit), "--rate-window", String(window));
  try {
    /** @type {Request[]} */
    const requests = [];
    let [ended, next] = [false, 0];
    const watching = (async () => {
      for (let last = false; !last; ) {
        last = ended;
        const page = await sandbox.look(`requests?after=${next}`);
        next = page.next;
        for (const { at, path, status } of page.requests) requests.push({ at: Date.parse(at), path, status });
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    await map(sandbox, folder, file);
    ended = true;
    await watching;
    const { writes } = await sandbox.look("records?limit=0");
    return figures(requests.filter(({ path }) => path.startsWith("/api/")).sort((a, b) => a.at - b.at), writes);
  } finally {
    await sandbox.stop();
    await rm(file, { force: true });
  }
}

/** A window begins with the first request after the last one's end; the last window is not full. @param {Request[]} requests @param {number} writes */
function figures(requests, writes) {
  const counted = requests.filter(({ status }) => status !== 429);
  const starts = [counted[0]?.at ?? NaN];
  for (const { at } of counted) if (at >= (starts.at(-1) ?? NaN) + window * 1000) starts.push(at);
  const [first = NaN, last = NaN] = [starts[0], starts.at(-1)];
  const before = counted.filter(({ at }) => at < last);
  const batches = counted.filter(({ path }) => path.endsWith("/batch"));
  return {
    used: before.length / ((limit * (last - first)) / 1000 / window),
    refused: requests.length - counted.length,
    perRequest: writes / batches.length,
    windows: starts.length,
  };
}
