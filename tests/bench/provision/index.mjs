/**
 * `npm run bench -- provision [--channels N]`: two processes make the same channels at a Genesys that answers 429 and 503, drops
 * connections and loses answers, one of them is killed half way and started again; beside it the design document's algorithm, alone and
 * not killed.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { lastLine, round, table } from "../support/figures.mjs";
import { byTheDocument } from "./document.mjs";
import { guestsync, provision } from "./ours.mjs";
import { startSandbox } from "../support/sandbox.mjs";

const { values } = parseArgs({ options: { channels: { type: "string", default: "200" } } });
const wanted = Array.from({ length: Number(values.channels) }, (_, n) => ({
  name: `Channel ${String(n).padStart(5, "0")}`,
  description: "Primary web messaging channel for customer support",
  webMessagingWidgetConfiguration: { widgetId: "widget-prod-001", theme: "default", customAttributes: { department: "support" } },
  securityPolicy: { enabled: true, allowedOrigins: ["https://support.example.com"], requireConsent: true },
  routingConfiguration: { queueId: "8f3a2b1c-4d5e-6f7a-8b9c-0d1e2f3a4b5c" },
}));

/** One in five requests fails, half of those after its effect. @param {string} kind @param {number} probability @param {object} [more] */
const rule = (kind, probability, more = {}) => ({ path: "**/channels", probability, effect: { kind, ...more } });
const faults = {
  seed: 20_261_121,
  rules: [
    rule("status", 0.04, { status: 429, retryAfter: 1 }),
    rule("status", 0.04, { status: 503 }),
    rule("reset", 0.03),
    rule("lost", 0.1),
  ],
};

/** @typedef {{ duplicates: number, missing: number, wrong: number, seconds: number, requests: number }} Figures */

/**
 * @param {(sandbox: import("../support/sandbox.mjs").Sandbox, folder: string) => Promise<Set<string>>} make the names of which it says that they are there
 * @returns {Promise<Figures>}
 */
async function measured(make) {
  const folder = await mkdtemp(join(tmpdir(), "guestsync-bench-"));
  const sandbox = await startSandbox(guestsync);
  try {
    await sandbox.setFaults(faults);
    const began = performance.now();
    const reported = await make(sandbox, folder);
    const seconds = (performance.now() - began) / 1000;
    const made = (await sandbox.channels()).map(({ name }) => name);
    const names = new Set(made);
    return {
      duplicates: made.length - names.size + [...names].filter((name) => !wanted.some((channel) => channel.name === name)).length,
      missing: wanted.filter(({ name }) => !names.has(name)).length,
      wrong: wanted.filter(({ name }) => names.has(name) !== reported.has(name)).length,
      seconds: round(seconds) ?? 0,
      requests: (await sandbox.requests()).filter(({ path }) => path.includes("/channels")).length,
    };
  } finally {
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const ours = await measured(async (sandbox, folder) => {
  const file = join(folder, "channels.json");
  await writeFile(file, JSON.stringify({ channels: wanted }));
  const [killed, other] = [provision(sandbox, folder, file), provision(sandbox, folder, file)];
  while ((await sandbox.channels()).length < wanted.length / 2) await new Promise((resolve) => setTimeout(resolve, 10));
  killed.kill();
  const reports = await Promise.all([other.report, provision(sandbox, folder, file).report]);
  // What only one of them says is there is wrong.
  const [one, another] = reports.map((report) => new Set(report.channels.filter(({ status }) => status === "success").map(({ name }) => name)));
  return new Set([...(one ?? [])].filter((name) => another?.has(name)));
});
const document = await measured((sandbox) => byTheDocument(sandbox, wanted));

const row = (/** @type {string} */ title, /** @type {Figures} */ { duplicates, missing, wrong, seconds, requests }) => [title, duplicates, missing, wrong, seconds, requests];
table([`${wanted.length} channels`, "duplicates", "missing", "reported wrongly", "seconds", "requests"], [row("guestsync, two processes, one killed", ours), row("the document's algorithm", document)]);
lastLine({ channels: wanted.length, ...ours, document });
