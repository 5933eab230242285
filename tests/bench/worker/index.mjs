/**
 * `npm run bench -- worker [--only NAME[,…]] [--scenario NAME[,…]] [--no-costs]`: what becomes of forms while things fail, ours beside
 * `workbox-background-sync` and the design document's worker; what sealing and answering cost; what it weighs.
 */
import { generateKeyPairSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants } from "node:zlib";
import { at } from "../../../scripts/lib/paths.mjs";
import { launchChromium } from "../../browser/support/chromium.mjs";
import { lastLine, round, table } from "../support/figures.mjs";
import { inScope } from "../support/scope.mjs";
import { contenders, siteFiles } from "./contenders.mjs";
import { draining, posting, sealing } from "./costs.mjs";
import { scenarios } from "./scenarios.mjs";
import { Trial } from "./trial.mjs";

/** @typedef {{ wanted: number, delivered: number, repeated: number, early: number, seconds: number | null, note: string }} Outcome */

const { values } = parseArgs({ options: { only: { type: "string" }, scenario: { type: "string" }, "no-costs": { type: "boolean" } } });
const players = /** @type {const} */ (["guestsync", "workbox", "document"]);
const names = values.scenario?.split(",") ?? Object.keys(scenarios);
const chosen = players.filter((name) => !values.only || values.only.split(",").includes(name));

await inScope(async (scope) => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const keySet = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "bench-1", use: "enc", alg: "ECDH-ES" }] };
  const all = await contenders(privateKey.export({ format: "jwk" }));
  const files = await siteFiles();
  const world = { scope, browser: await launchChromium(scope), files, keySet };

  /** @type {Record<string, Record<string, Outcome>>} */
  const outcomes = Object.fromEntries(chosen.map((name) => [name, {}]));
  for (const name of names) {
    const scenario = scenarios[name];
    if (!scenario) throw new Error(`unknown: ${name}; scenarios: ${Object.keys(scenarios).join(", ")}`);
    const play = async (/** @type {typeof players[number]} */ player) => {
      const trial = await Trial.open(world, all[player]);
      const { seconds = null, note = "" } = (await scenario.play(trial)) ?? {};
      const counts = { wanted: trial.wanted.size, delivered: await trial.delivered(), repeated: await trial.server.repeated() };
      Object.assign(outcomes[player] ?? {}, { [name]: { ...counts, early: trial.server.early, seconds, note } });
      if (trial.server.mismatches > 0) throw new Error(`${player}: two bodies under one Idempotency-Key`);
      await trial.close();
      console.error(`${name}: ${player} ${told(outcomes[player]?.[name])}`);
    };
    await Promise.all(chosen.map(play));
  }
  const title = (/** @type {typeof players[number]} */ name) => all[name].title;
  table(
    ["delivered of posted", ...chosen.map(title), "our bar"],
    names.map((name) => [scenarios[name]?.title ?? "", ...chosen.map((player) => told(outcomes[player]?.[name])), scenarios[name]?.bar ?? ""]),
  );

  const brotli = await weight([...files.keys()].find((name) => name.endsWith(".wasm")) ?? "");
  const sums = (/** @type {string} */ name) => {
    const each = Object.values(outcomes[name] ?? {});
    return {
      lost: each.reduce((sum, { wanted, delivered }) => sum + wanted - delivered, 0),
      repeated: each.reduce((sum, { repeated }) => sum + repeated, 0),
      early_requests: each.reduce((sum, { early }) => sum + early, 0),
      runs: outcomes[name],
    };
  };
  const { peers: costOfPeers, ...ours } = values["no-costs"] ? { peers: {} } : await costsOf(world, all);
  const peers = Object.fromEntries(chosen.filter((name) => name !== "guestsync").map((name) => [name, sums(name)]));
  lastLine({ brotli_kb: round(brotli / 1000), ...sums("guestsync"), ...ours, peers: { ...peers, ...costOfPeers } });
});

/** @param {import("./trial.mjs").World} world @param {Awaited<ReturnType<typeof contenders>>} all */
async function costsOf(world, all) {
  const form = await sealing(world, all);
  const answer = await posting(world, all, 70);
  const drained = await draining(world, all);
  table(
    ["cost", "Guestsync", "beside", "ratio or difference", "our bar"],
    [
      ["4-field form, shared, ms", round(form.shared), `WebCrypto as documented ${round(form.document)}`, round(form.shared / form.document), "0.33"],
      ["4-field form, sealed, ms", round(form.sealed), `npm jose ${round(form.jose)}`, round(form.sealed / form.jose), "0.5"],
      ["shared, stored and answered too, ms", round(form.shared_kept), `WebCrypto as documented ${round(form.document)}`, round(form.shared_kept / form.document), ""],
      ["sealed, stored and answered too, ms", round(form.sealed_kept), `npm jose ${round(form.jose)}`, round(form.sealed_kept / form.jose), ""],
      ["post to answer, ms", round(answer.guestsync.warm), `no worker ${round(answer.none.warm)}`, round(answer.guestsync.warm - answer.none.warm), "5"],
      ["post to answer, ms", round(answer.guestsync.warm), `plain worker ${round(answer.plain.warm)}`, round(answer.guestsync.warm - answer.plain.warm), "5"],
      ["from a cold start, ms", round(answer.guestsync.cold), `plain worker ${round(answer.plain.cold)}`, round(answer.guestsync.cold - answer.plain.cold), ""],
      ["50 forms of 5 guests drained, requests", drained.requests, `${drained.delivered} of 5 right`, `${round(drained.seconds ?? NaN)} s`, "5"],
    ],
  );
  return {
    shared_vs_document: round(form.shared / form.document),
    sealed_vs_jose: round(form.sealed / form.jose),
    // What neither of these does: the queue, with storage and answers at once.
    shared_kept_vs_document: round(form.shared_kept / form.document),
    sealed_kept_vs_jose: round(form.sealed_kept / form.jose),
    overhead_ms: round(answer.guestsync.warm - answer.none.warm),
    overhead_vs_plain_ms: round(answer.guestsync.warm - answer.plain.warm),
    cold_start_ms: round(answer.guestsync.cold),
    drain_50_requests: drained.requests,
    drain_50_seconds: round(drained.seconds ?? NaN),
    peers: {
      form_ms: Object.fromEntries(Object.entries(form).map(([name, ms]) => [name, round(ms)])),
      plain_worker: { answer_ms: round(answer.plain.warm), cold_start_ms: round(answer.plain.cold) },
      no_worker: { answer_ms: round(answer.none.warm) },
    },
  };
}

/** Script and wasm of `/sw.js`, brotli 11, in bytes. @param {string} wasm */
async function weight(wasm) {
  let sum = 0;
  for (const file of ["dist/site/sw.js", `dist/npm/${wasm}`]) {
    const bytes = await readFile(at(file));
    sum += brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
  }
  return sum;
}

/** An outcome in a cell. @param {Outcome | undefined} outcome */
function told(outcome) {
  if (!outcome) return "–";
  const { wanted, delivered, repeated, early, seconds, note } = outcome;
  const rest = [repeated > 0 && `${repeated} values twice`, early > 0 && `${early} early`, seconds !== null && `${seconds.toFixed(1)} s`, note].filter(Boolean);
  return `${delivered}/${wanted}${rest.length > 0 ? ` (${rest.join(", ")})` : ""}`;
}
