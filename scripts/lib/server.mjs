/** Runs the built server in the foreground of a script. */
import { createServer } from "node:net";
import { binary } from "./paths.mjs";
import { Problem } from "./problem.mjs";
import { start } from "./run.mjs";

/**
 * Fails at once where the port is in use, instead of after a long build.
 * @param {string} host
 * @param {number} port 0 is always free
 */
export async function checkPort(host, port) {
  const probe = createServer();
  try {
    await new Promise((resolve, reject) => probe.once("error", reject).listen(port, host, () => resolve(undefined)));
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === "EADDRINUSE") {
      throw new Problem(
        `Port ${port} on ${host} is taken.`,
        `Choose another: npm start -- --port ${port + 1} (or PORT=${port + 1})`,
      );
    }
    throw new Problem(
      `This machine does not let us listen on ${host}, port ${port} (${code}).`,
      "Choose another with --port and --host.",
    );
  } finally {
    probe.close();
  }
}

/**
 * Starts `guestsync serve` and waits until it is ready to answer.
 * @param {string[]} args
 * @returns {Promise<{ origin: string, ended: Promise<number> }>} where it listens, and its exit code once it has ended
 */
export async function serve(args) {
  // A line for each request would push the address out of sight; RUST_LOG=info brings them back.
  const env = { RUST_LOG: process.env.RUST_LOG ?? "warn" };
  const child = start(binary("debug"), ["serve", ...args], { env, stdio: ["ignore", "pipe", "inherit"] });
  /** @type {Promise<number>} */
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
  const listening = new Promise((resolve) => {
    let text = "";
    child.stdout?.on("data", (chunk) => {
      process.stdout.write(chunk);
      text = (text + chunk).slice(-4096);
      const address = /listening on (http:\/\/\S+)/.exec(text);
      if (address) resolve(address[1]);
    });
  });
  const origin = await Promise.race([listening, ended.then(endedEarly)]);
  await Promise.race([untilReady(origin, () => child.exitCode === null), ended.then(endedEarly)]);
  return { origin, ended };
}

/** @param {number} code */
function endedEarly(code) {
  throw new Problem(`guestsync ended with code ${code} before it was ready.`, "What it said stands above.");
}

/** @param {string} origin @param {() => boolean} alive */
async function untilReady(origin, alive) {
  while (alive()) {
    const answer = await fetch(`${origin}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
