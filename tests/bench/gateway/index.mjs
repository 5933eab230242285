/**
 * `npm run bench -- gateway [--quick]`: the gateway beside the same flow in Express and axios, and beside bare axum handlers, all before
 * one sandbox; how it starts cold; how much of a rate limit it uses; what ten thousand sessions weigh.
 *
 * What is compared is requests for each second of CPU that the server's process used: the load generator and the sandbox run beside it.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { at } from "../../../scripts/lib/paths.mjs";
import { run, start, stop } from "../../../scripts/lib/run.mjs";
import { ensurePackages } from "../../../scripts/lib/setup/packages.mjs";
import { lastLine, round, table } from "../support/figures.mjs";

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const scale = values.quick ? 4 : 1;
const rounds = values.quick ? 1 : 3;
const atOnce = "64";
const [id, secret] = ["bench", "bench-secret"];
const folder = await mkdtemp(join(tmpdir(), "guestsync-bench-"));
const guestsync = at("target/release/guestsync");
const tool = at("target/release/examples/bench");

/** @typedef {{ base: string, pid: number, stop: () => Promise<void> }} Server */
/** @typedef {{ requests: number, failed: number, seconds: number, p50_ms: number, p99_ms: number }} Load */

/**
 * @param {string} command @param {string[]} args @param {Record<string, string>} [env]
 * @returns {Promise<Server>}
 */
async function serve(command, args, env = {}) {
  const child = start(command, args, { env: { RUST_LOG: "warn", ...env }, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  const base = await new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk) => {
      said += chunk;
      const found = /listening on (http:\/\/\S+)/.exec(said);
      if (found) resolve(found[1]);
    });
    child.once("close", () => reject(new Error(`${command} ended: ${said}`)));
    child.once("error", reject);
  });
  return { base, pid: child.pid ?? 0, stop: () => stop(child) };
}

const sandbox = (/** @type {string[]} */ ...args) =>
  serve(guestsync, ["sandbox", "--port", "0", "--client-id", id, "--client-secret", secret, ...args]);

let gateways = 0;
/** @param {Server} upstream */
const gateway = (upstream) =>
  serve(guestsync, ["serve", "--port", "0", "--state-dir", join(folder, `state-${gateways++}`)], {
    GENESYS_BASE_URL: upstream.base,
    GENESYS_CLIENT_ID: id,
    GENESYS_CLIENT_SECRET: secret,
    GUESTSYNC_LIMITS_PER_GUEST: "0",
  });

/** Seconds of CPU that a process has used, to the hundredth. Its threads would tell more exactly, but not what those used that have ended. @param {number} pid */
async function cpu(pid) {
  // The name of the command, which is in parentheses, may have spaces in it.
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Megabytes that a process has in memory. @param {number} pid */
async function rss(pid) {
  const line = /VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1] ?? NaN) / 1024;
}

/** @param {string[]} args @returns {Promise<Load>} */
const load = async (...args) => JSON.parse(await run(tool, args, { quiet: true }));

/** A load on a server: requests a second of its CPU, requests a second, and the slowest hundredth. @param {Server} server @param {string[]} args */
async function measured(server, ...args) {
  const before = await cpu(server.pid);
  const done = await load(...args);
  if (done.failed > 0) throw new Error(`${done.failed} of ${done.requests} requests failed: ${args.join(" ")}`);
  return { perCpu: done.requests / ((await cpu(server.pid)) - before), perSecond: done.requests / done.seconds, p99: done.p99_ms };
}

/** @typedef {Awaited<ReturnType<typeof measured>>} Measure */

/** The middle of several runs. @param {Measure[]} runs @returns {Measure} */
function middle(runs) {
  const of = (/** @type {keyof Measure} */ name) => [...runs.map((run) => run[name])].sort((a, b) => a - b)[runs.length >> 1] ?? NaN;
  return { perCpu: of("perCpu"), perSecond: of("perSecond"), p99: of("p99") };
}

/** A guest at a server, and what A1 of it takes. @param {Server} server */
async function guest(server) {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ sessionId: `guest-${Math.random()}`, consentGiven: true, consentType: "explicit" });
  const init = await fetch(`${server.base}/api/webchat/init`, { method: "POST", headers, body });
  const { guestId } = await init.json();
  const cookie = init.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const token = await fetch(`${server.base}/api/token`, { method: "POST", headers: { ...headers, cookie }, body: "{}" });
  const path = `/api/v2/conversations/webmessaging/guests/${guestId}/attributes`;
  return { path, bearer: token.ok ? (await token.json()).token : "any" };
}

/**
 * Watches what reaches a sandbox, which remembers the last thousand requests only.
 * @param {Server} upstream @param {(request: any) => boolean} wanted
 * @returns {() => Promise<number>} ends it: how many there were
 */
function count(upstream, wanted) {
  let [seen, found, over] = [0, 0, false];
  const look = async () => {
    const { requests } = await (await fetch(`${upstream.base}/_sandbox/requests?after=${seen}`)).json();
    if (requests.length > 0 && requests[0].seq !== seen + 1) throw new Error("the sandbox was not watched closely enough");
    for (const request of requests) [seen, found] = [request.seq, found + (wanted(request) ? 1 : 0)];
  };
  const watching = (async () => {
    while (!over) await Promise.all([look(), new Promise((resolve) => setTimeout(resolve, 20))]);
    await look();
    return found;
  })();
  return () => ((over = true), watching);
}

/** Ours beside others, in turns, so that a busy moment of the machine meets all of them. */
async function compare() {
  const upstream = await sandbox("--rate", "0");
  const servers = {
    gateway: await gateway(upstream),
    express: await serve("node", [at("tests/bench/gateway/express.mjs"), upstream.base, id, secret]),
    bare: await serve(tool, ["bare", upstream.base, id, secret]),
  };
  /** @type {Record<string, Measure[]>} */
  const runs = { "init gateway": [], "init express": [], "init bare": [], "proxy gateway": [], "proxy express": [], "proxy bare": [] };
  const of = { gateway: await guest(servers.gateway), express: await guest(servers.express) };
  for (let round = 0; round <= rounds; round++) {
    // The first round warms everybody up.
    const keep = (/** @type {string} */ name, /** @type {Measure} */ measure) => round > 0 && runs[name]?.push(measure);
    const number = String((round === 0 ? 1000 : 4000) / scale);
    for (const name of /** @type {const} */ (["gateway", "express", "bare"]))
      keep(`init ${name}`, await measured(servers[name], "init", servers[name].base, number, atOnce, `${name}-${round}`));
    const writes = String((round === 0 ? 2000 : 8000) / scale);
    for (const name of /** @type {const} */ (["gateway", "express"]))
      keep(`proxy ${name}`, await measured(servers[name], "write", `${servers[name].base}/genesys${of[name].path}`, of[name].bearer, writes, atOnce));
    keep("proxy bare", await measured(servers.bare, "write", `${servers.bare.base}${of.gateway.path}`, "any", writes, atOnce));
  }
  // On top of what the rounds have left there, so that it is ten thousand.
  const sessions = 10_000;
  await load("init", servers.gateway.base, String(sessions), atOnce, "many");
  const weight = await rss(servers.gateway.pid);
  await Promise.all([...Object.values(servers), upstream].map((server) => server.stop()));
  return { measures: Object.fromEntries(Object.entries(runs).map(([name, each]) => [name, middle(each)])), weight };
}

/** A thousand sessions at once at a gateway that has just started: how often it asks for a token. */
async function cold() {
  const upstream = await sandbox("--rate", "0");
  const server = await gateway(upstream);
  const tokensAsked = count(upstream, ({ path }) => path === "/oauth/token");
  const done = await load("init", server.base, "1000", "1000", "cold");
  const tokens = await tokensAsked();
  const guests = (await (await fetch(`${upstream.base}/_sandbox/guests`)).json()).guests;
  await Promise.all([server.stop(), upstream.stop()]);
  if (done.failed > 0) throw new Error(`${done.failed} of 1,000 cold sessions failed`);
  return { tokens, guests: guests.length };
}

/** Calls that queue where 300 are allowed in 2 seconds: how many are refused, and how much of what is allowed is used. */
async function budget() {
  const upstream = await sandbox("--rate", "300", "--rate-window", "2");
  const calls = values.quick ? 1000 : 5000;
  const refusals = count(upstream, ({ status }) => status === 429);
  const done = await load("budget", upstream.base, id, secret, String(calls));
  const refused = await refusals();
  await upstream.stop();
  // The windows that were waited for, each with 300; what the last one holds came at once.
  const windows = Math.floor(done.seconds / 2);
  const used = Math.min(1, (calls - (calls % 300 || 300)) / (300 * Math.max(1, windows)));
  return { refused: refused + done.failed, used, seconds: done.seconds };
}

try {
  await ensurePackages(at("tests/bench/gateway"));
  await run("cargo", ["build", "--release", "--package", "guestsync-gateway", "--example", "bench"]);
  const { measures, weight } = await compare();
  const started = await cold();
  const queue = await budget();
  const ratio = (/** @type {string} */ ours, /** @type {string} */ theirs) => round((measures[ours]?.perCpu ?? NaN) / (measures[theirs]?.perCpu ?? NaN));
  table(
    ["", "requests / CPU s", "requests / s", "p99 ms"],
    Object.entries(measures).map(([name, { perCpu, perSecond, p99 }]) => [name, round(perCpu), round(perSecond), round(p99)]),
  );
  lastLine({
    init_vs_express_per_cpu: ratio("init gateway", "init express"),
    proxy_vs_express_per_cpu: ratio("proxy gateway", "proxy express"),
    init_vs_bare_axum: ratio("init gateway", "init bare"),
    bare_axum_init_vs_express: ratio("init bare", "init express"),
    proxy_vs_bare_axum: ratio("proxy gateway", "proxy bare"),
    p99_ms: { init: round(measures["init gateway"]?.p99 ?? NaN), proxy: round(measures["proxy gateway"]?.p99 ?? NaN), init_express: round(measures["init express"]?.p99 ?? NaN), proxy_express: round(measures["proxy express"]?.p99 ?? NaN) },
    oauth_calls_cold_1000: started.tokens,
    guests_cold_1000: started.guests,
    upstream_429: queue.refused,
    budget_used: round(queue.used),
    budget_seconds: round(queue.seconds),
    rss_mb_10000_sessions: round(weight),
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
