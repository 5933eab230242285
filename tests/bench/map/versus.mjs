/** Ours beside the design document's algorithm, in turns before one sandbox without a limit. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { at } from "../../../scripts/lib/paths.mjs";
import { run } from "../../../scripts/lib/run.mjs";
import { cpu } from "../support/cpu.mjs";
import { median } from "../support/figures.mjs";
import { startSandbox } from "../support/sandbox.mjs";
import { guestsync, map, organisation } from "./ours.mjs";
import { writeRecords } from "./records.mjs";

/** @typedef {{ ours: number, document: number }} Pair */

/**
 * @param {string} folder @param {number} count @param {number} rounds @param {number} delay milliseconds that an answer is on its way
 * @returns {Promise<{ perSecond: Pair, perCpu: Pair, seconds: Pair, client: Pair, sandbox: Pair }>} records for a second, and for a
 * second of CPU that the client used; then the seconds of it all, and those of CPU that the client and the sandbox used
 */
export async function versus(folder, count, rounds, delay) {
  const file = join(folder, `valid-${count}.ndjson`);
  await writeRecords(file, count, { valid: true });
  const sandbox = await startSandbox(guestsync, "--rate", "0");
  /** @type {Record<"ours" | "document", { perSecond: number, perCpu: number, seconds: number, client: number, sandbox: number }[]>} */
  const runs = { ours: [], document: [] };
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const name of /** @type {const} */ (["ours", "document"])) {
        await sandbox.reset();
        await sandbox.setFaults({ rules: delay > 0 ? [{ path: "/api/**", effect: { kind: "delay", ms: delay } }] : [] });
        const [began, before] = [performance.now(), await cpu(sandbox.pid)];
        const { cpu: client } = await (name === "ours" ? map(sandbox, folder, file) : byTheDocument(sandbox, file));
        const seconds = (performance.now() - began) / 1000;
        const served = (await cpu(sandbox.pid)) - before;
        const { count: written } = await sandbox.look("records?limit=0");
        runs[name].push({ perSecond: written / seconds, perCpu: written / client, seconds, client, sandbox: served });
      }
    }
    /** @param {"perSecond" | "perCpu" | "seconds" | "client" | "sandbox"} of @returns {Pair} */
    const middle = (of) => ({ ours: median(runs.ours.map((run) => run[of])), document: median(runs.document.map((run) => run[of])) });
    return { perSecond: middle("perSecond"), perCpu: middle("perCpu"), seconds: middle("seconds"), client: middle("client"), sandbox: middle("sandbox") };
  } finally {
    await sandbox.stop();
    await rm(file, { force: true });
  }
}

/** @param {import("../support/sandbox.mjs").Sandbox} sandbox @param {string} file @returns {Promise<{ cpu: number }>} */
async function byTheDocument(sandbox, file) {
  const said = await run("node", [at("tests/bench/map/document.mjs"), sandbox.base, sandbox.secret, organisation, file], { quiet: true });
  return JSON.parse(said.trim().split("\n").at(-1) ?? "");
}
