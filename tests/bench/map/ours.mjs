/** `guestsync map` as a process. */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { at } from "../../../scripts/lib/paths.mjs";

/** The program; `GUESTSYNC_BIN` names another one. */
export const guestsync = process.env.GUESTSYNC_BIN ?? at("target/release/guestsync");

/** A group that inherits the attributes of the tickets. */
export const organisation = "acme-emea-dach-support-tier1";

/** @typedef {{ records: number, applied: number, rejected: number, wentOn: boolean, rejects: string }} Counts */
/** @typedef {{ counts: Counts | undefined, seconds: number, cpu: number, peakMb: number }} Ran `counts` is missing where it was killed, `cpu` is in seconds */

/**
 * @param {import("../support/sandbox.mjs").Sandbox} sandbox @param {string} folder @param {string} file
 * @param {(kill: () => void) => void} [begun] may kill it, with no chance to tidy up
 * @returns {Promise<Ran>}
 */
export function map(sandbox, folder, file, begun) {
  const env = { ...process.env, GENESYS_BASE_URL: sandbox.base, GENESYS_CLIENT_ID: "sandbox", GENESYS_CLIENT_SECRET: sandbox.secret, RUST_LOG: "error" };
  const args = ["map", file, "--org", organisation, "--json", "--state-dir", join(folder, "state")];
  const began = performance.now();
  const child = spawn(guestsync, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  let [peakMb, cpu] = [0, 0];
  // Both only grow, so that what is read last counts.
  const timer = setInterval(async () => {
    const [status, stat] = await Promise.all(["status", "stat"].map((name) => readFile(`/proc/${child.pid}/${name}`, "utf8").catch(() => "")));
    peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+) kB/.exec(status ?? "")?.[1] ?? 0) / 1024);
    const fields = stat?.split(") ")[1]?.split(" ") ?? [];
    cpu = Math.max(cpu, (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100);
  }, 20);
  begun?.(() => void child.kill("SIGKILL"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearInterval(timer);
      const seconds = (performance.now() - began) / 1000;
      if (signal === "SIGKILL") resolve({ counts: undefined, seconds, cpu, peakMb });
      else if (code === 0 || code === 3) resolve({ counts: JSON.parse(out), seconds, cpu, peakMb });
      else reject(new Error(`guestsync map ended with code ${code}`));
    });
  });
}
