/** A sandbox of its own, without faults at first. */
import { start, stop } from "../../../scripts/lib/run.mjs";

/**
 * @typedef {object} Sandbox
 * @property {string} base
 * @property {string} secret of the OAuth client `sandbox`
 * @property {number} pid
 * @property {(plan: unknown) => Promise<void>} setFaults
 * @property {() => Promise<{ name: string }[]>} channels
 * @property {() => Promise<{ path: string }[]>} requests
 * @property {(what: string) => Promise<any>} look at `/_sandbox/…`
 * @property {() => Promise<void>} reset
 * @property {() => Promise<void>} stop
 */

/** @param {string} guestsync the program @param {string[]} options of `guestsync sandbox` @returns {Promise<Sandbox>} */
export async function startSandbox(guestsync, ...options) {
  const secret = "bench-secret";
  const child = start(guestsync, ["sandbox", "--port", "0", "--client-secret", secret, ...options], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  /** @type {string} */
  const base = await new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk) => {
      said += chunk;
      const found = /listening on (http:\/\/\S+)/.exec(said);
      if (found?.[1]) resolve(found[1]);
    });
    child.once("close", () => reject(new Error(`the sandbox ended: ${said}`)));
    child.once("error", reject);
  });
  const look = async (/** @type {string} */ what) => (await fetch(`${base}/_sandbox/${what}`)).json();
  return {
    base,
    secret,
    pid: child.pid ?? NaN,
    setFaults: async (plan) => {
      const answer = await fetch(`${base}/_sandbox/faults`, { method: "PUT", body: JSON.stringify(plan), headers: { "content-type": "application/json" } });
      if (!answer.ok) throw new Error(`the fault plan was refused: ${await answer.text()}`);
    },
    channels: async () => (await look("channels")).channels,
    requests: async () => (await look("requests")).requests,
    look,
    reset: async () => void (await fetch(`${base}/_sandbox/reset`, { method: "POST" })),
    stop: () => stop(child),
  };
}
