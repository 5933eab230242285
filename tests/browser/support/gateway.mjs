/** The built server as a process of its own: `guestsync serve --sandbox`. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { temporaryFolder } from "./folder.mjs";
import { atEnd } from "./scope.mjs";
import { until } from "./wait.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The binary under test; `GUESTSYNC_BIN` names another one. */
export const guestsync =
  process.env.GUESTSYNC_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug/guestsync");

/**
 * @typedef {object} Gateway
 * @property {string} origin such as `http://127.0.0.1:40123`
 * @property {number} port
 * @property {number} pid
 * @property {string} stateDir
 * @property {() => string} output everything it has written to stdout and stderr
 * @property {() => Promise<number | null>} stop asks it to end; its exit code
 * @property {() => Promise<void>} kill ends it at once, without a chance to tidy up (SIGKILL)
 */

/**
 * Starts a gateway with the sandbox inside and waits until it is ready.
 * @param {import("./scope.mjs").Scope} scope
 * @param {{ port?: number, stateDir?: string, args?: string[], env?: Record<string, string>, sandbox?: boolean }} [options] `port` 0
 *   takes a free one; a `stateDir` that is given is kept, so that a second start goes on from it; without `sandbox` the environment
 *   says where Genesys is
 * @returns {Promise<Gateway>}
 */
export async function startGateway(scope, { port = 0, stateDir, args = [], env = {}, sandbox = true } = {}) {
  const state = stateDir ?? (await temporaryFolder(scope));
  const child = spawn(guestsync, ["serve", ...(sandbox ? ["--sandbox"] : []), "--port", String(port), "--state-dir", state, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close").then(([code]) => /** @type {number | null} */ (code));
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));

  const killOnExit = () => child.kill("SIGKILL");
  process.once("exit", killOnExit);
  ended.finally(() => process.removeListener("exit", killOnExit)).catch(() => {});

  /** @param {NodeJS.Signals} signal */
  const end = (signal) => (child.kill(signal), ended);
  atEnd(scope, async () => void (await end("SIGKILL")));

  const origin = await until("guestsync to listen", () => {
    if (child.exitCode !== null) throw new Error(`guestsync ended with code ${child.exitCode}:\n${output}`);
    return /listening on (http:\/\/\S+)/.exec(output)?.[1];
  });
  await until("/readyz", async () => (await fetch(`${origin}/readyz`)).ok);
  return {
    origin,
    port: Number(new URL(origin).port),
    pid: child.pid ?? 0,
    stateDir: state,
    output: () => output,
    stop: () => end("SIGTERM"),
    kill: async () => void (await end("SIGKILL")),
  };
}
