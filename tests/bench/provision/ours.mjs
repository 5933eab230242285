/** `guestsync provision` as a process. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { at } from "../../../scripts/lib/paths.mjs";

/** The program; `GUESTSYNC_BIN` names another one. */
export const guestsync = process.env.GUESTSYNC_BIN ?? at("target/release/guestsync");

/** @typedef {{ channels: { name: string, status: string }[] }} Report */

/**
 * @param {import("../support/sandbox.mjs").Sandbox} sandbox @param {string} folder @param {string} file
 * @returns {{ report: Promise<Report>, kill: () => void }} `kill` leaves it no chance to tidy up
 */
export function provision(sandbox, folder, file) {
  const env = { ...process.env, GENESYS_BASE_URL: sandbox.base, GENESYS_CLIENT_ID: "sandbox", GENESYS_CLIENT_SECRET: sandbox.secret, RUST_LOG: "error" };
  const child = spawn(guestsync, ["provision", file, "--json", "--state-dir", join(folder, "state")], { env, stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  const report = once(child, "close").then(() => JSON.parse(out));
  // A process that is killed reports nothing.
  report.catch(() => {});
  return { report, kill: () => void child.kill("SIGKILL") };
}
