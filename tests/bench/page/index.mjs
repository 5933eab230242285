/**
 * `npm run bench -- page [--rounds N]`: what the page SDK costs a page, beside its peers, in one run in headless Chromium. Medians;
 * each round gives every contender its turn.
 */
import { brotliCompressSync } from "node:zlib";
import { parseArgs } from "node:util";
import { measureSizes } from "../../../scripts/lib/size/measure.mjs";
import { launchChromium } from "../../browser/support/chromium.mjs";
import { Collector } from "../support/collector.mjs";
import { contenders, ours } from "../support/contenders.mjs";
import { lastLine, median, round, table } from "../support/figures.mjs";
import { inScope } from "../support/scope.mjs";
import { startSite } from "../support/site.mjs";
import { burstCost, burstTraffic } from "./burst.mjs";
import { load } from "./load.mjs";
import { dearestScan } from "./scan.mjs";
import { inBurst, single } from "./set.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(values.rounds);
const sessions = [1, 50, 1000];

await inScope(async (scope) => {
  const all = await contenders();
  const world = { browser: await launchChromium(scope), site: await startSite(scope, all) };
  const collector = await Collector.start(scope);
  /** @type {Map<string, number[]>} */
  const samples = new Map();
  const keep = (/** @type {(string | number)[]} */ name, /** @type {number} */ value) => {
    const id = name.join();
    samples.set(id, [...(samples.get(id) ?? []), value]);
  };
  const of = (/** @type {(string | number)[]} */ ...name) => median(samples.get(name.join()) ?? []);

  for (let at = 1; at <= rounds; at++) {
    console.error(`round ${at} of ${rounds}`);
    for (const contender of all) {
      const { firstSet, settled } = await load(world, contender, { collector: collector.origin, guest: "bench" });
      keep([contender.name, "load"], firstSet);
      keep([contender.name, "settled"], settled);
    }
    for (const contender of all) {
      const cost = await burstCost(world, scope, contender.name, 20);
      // What is written and sent is counted, not timed: one round shows it.
      const traffic = at === 1 ? await burstTraffic(world, scope, contender.name, 20) : {};
      for (const [what, value] of Object.entries({ ...cost, ...traffic })) keep([contender.name, what], value);
    }
    keep([ours, "distinct"], (await burstCost(world, scope, ours, 1000)).calls);
    for (const name of /** @type {const} */ ([ours, "document"])) {
      for (const count of sessions) {
        const { call, task } = await single(world, scope, name, count);
        keep([name, "call", count], call);
        keep([name, "task", count], task);
      }
    }
    const { call, task, setItem } = await inBurst(world, scope);
    keep(["call in burst"], call);
    keep(["task of burst"], task);
    keep(["setItem"], setItem);
  }

  const [size] = await measureSizes();
  const figures = all.map(({ name, title, script }) => ({
    name,
    title,
    brotli_kb: (name === ours ? (size?.total ?? NaN) : brotliCompressSync(script).length) / 1000,
    load_ms: of(name, "load"),
    load_settled_ms: of(name, "settled"),
    burst_1000_ms: of(name, "calls"),
    burst_long_task_ms: of(name, "longTask"),
    burst_storage_mb: of(name, "storage") / 1e6,
    messages_1000_over_20: of(name, "messages"),
    sent_kb_1000_over_20: of(name, "bytes") / 1000,
  }));
  const [us, ...peers] = figures;
  if (!us) throw new Error("nobody was measured");
  // The design document's batcher is no library that one could choose.
  const libraries = peers.filter(({ name }) => name !== "document");
  const versusBest = (/** @type {"load_ms" | "burst_1000_ms"} */ what) => us[what] / Math.min(...libraries.map((peer) => peer[what]));

  table(
    ["", "brotli KB", "load ms", "load, settled ms", "1,000 set ms", "long tasks ms", "storage MB", "messages", "sent KB"],
    figures.map(({ name: _, title, ...each }) => [title, ...Object.values(each).map(round)]),
  );
  table(
    ["one set, µs", ...sessions.map((count) => `${count} sessions`)],
    [ours, "document"].flatMap((name) => ["call", "task"].map((what) => [`${name}, ${what}`, ...sessions.map((count) => round(of(name, what, count)))])),
  );
  console.log(`A set in a burst: ${round(of("call in burst"))} µs inside the call, ${round(of("task of burst"))} µs until its task ends; localStorage.setItem: ${round(of("setItem"))} µs\n`);

  const scan = await dearestScan();
  console.log(`A text that is dear to scan (${JSON.stringify(scan.shape)}, repeated): ${round(scan.ms)} ms of processor time a MiB\n`);

  const json = (/** @type {typeof figures[number]} */ { name: _, title: __, ...each }) => Object.fromEntries(Object.entries(each).map(([what, value]) => [what, round(value)]));
  lastLine({
    ...json(us),
    load_vs_best_peer: round(versusBest("load_ms")),
    burst_vs_best_peer: round(versusBest("burst_1000_ms")),
    burst_1000_keys_ms: round(of(ours, "distinct")),
    set_vs_document_50: round(of(ours, "call", 50) / of("document", "call", 50)),
    set_task_vs_document_50: round(of(ours, "task", 50) / of("document", "task", 50)),
    set_us: Object.fromEntries(sessions.map((count) => [count, round(of(ours, "call", count))])),
    set_vs_localstorage_burst: round(of("call in burst") / of("setItem")),
    set_task_vs_localstorage_burst: round(of("task of burst") / of("setItem")),
    scan_dearest_ms_per_mib: round(scan.ms),
    rounds,
    peers: Object.fromEntries(peers.map((peer) => [peer.name, json(peer)])),
  });
});
