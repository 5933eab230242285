/** Child processes: run with their output in the open, or captured; none outlives the script that started it. */
import { spawn } from "node:child_process";
import { root } from "./paths.mjs";
import { Problem } from "./problem.mjs";

/**
 * @typedef {object} Options
 * @property {string} [cwd]
 * @property {Record<string, string | undefined>} [env]
 * @property {boolean} [quiet] keeps its output unless it fails
 * @property {number} [within] milliseconds after which it is ended, with everything it started
 */

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/** How long a child may take to end after it was asked to, before it is killed. */
const grace = 8000;

/**
 * Starts a program as the leader of a process group, so that its own children end with it.
 * @param {string} command
 * @param {string[]} args
 * @param {Options & { stdio: import("node:child_process").StdioOptions }} options
 */
export function start(command, args, { cwd = root, env = {}, stdio }) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio, detached: true });
  running.add(child);
  child.once("close", () => running.delete(child));
  child.once("error", () => running.delete(child));
  return child;
}

/**
 * Signals a child and everything it started.
 * @param {import("node:child_process").ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

/** @param {import("node:child_process").ChildProcess} child */
export async function stop(child) {
  if (!running.has(child)) return;
  const ended = new Promise((resolve) => child.once("close", resolve));
  signalGroup(child, "SIGTERM");
  const timer = setTimeout(() => signalGroup(child, "SIGKILL"), grace);
  await ended;
  clearTimeout(timer);
}

/** @type {Record<string, number>} */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
for (const signal of Object.keys(exitCodes)) process.once(signal, () => end(exitCodes[signal]));

// npm that is killed outright cannot pass a signal on: its going is the signal.
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || end(exitCodes.SIGTERM), 500).unref();
}

/** @param {number | undefined} code */
async function end(code) {
  await Promise.all([...running].map(stop));
  process.exit(code);
}

/** For a script that runs until it is told to end: being told so is then no failure. */
export function endBySignal() {
  for (const signal of Object.keys(exitCodes)) exitCodes[signal] = 0;
}

// Nothing may survive an exit that did not come through a signal.
process.on("exit", () => {
  for (const child of running) signalGroup(child, "SIGKILL");
});

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {Options} [options]
 * @returns {Promise<{ code: number, output: string }>} `output` is empty unless `quiet`; code 127 where there is no such program
 */
export function attempt(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = start(command, args, { ...options, stdio: options.quiet ? ["ignore", "pipe", "pipe"] : "inherit" });
    let output = "";
    child.stdout?.on("data", (chunk) => (output += chunk));
    child.stderr?.on("data", (chunk) => (output += chunk));
    // Also where the program itself has ended, but not what holds its output.
    const limit = options.within && setTimeout(() => (signalGroup(child, "SIGKILL"), console.error("It took too long.")), options.within);
    child.once("error", (error) => resolve({ code: 127, output: error.message }));
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
    child.once("close", () => clearTimeout(limit || undefined));
  });
}

/**
 * As `attempt`, but a failure is a `Problem`.
 * @param {string} command
 * @param {string[]} args
 * @param {Options} [options]
 * @returns {Promise<string>} the output, where `quiet`
 */
export async function run(command, args, options = {}) {
  const { code, output } = await attempt(command, args, options);
  if (code === 0) return output;
  if (output) process.stderr.write(output.endsWith("\n") ? output : `${output}\n`);
  throw new Problem(`\`${[command, ...args].join(" ")}\` ended with code ${code}`);
}
