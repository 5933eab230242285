/** What our worker costs, side by side in one run. */
import { readFile } from "node:fs/promises";
import { buildSealing } from "../../../scripts/lib/build/wasm.mjs";
import { bundle } from "../../../scripts/lib/build/bundle.mjs";
import { at } from "../../../scripts/lib/paths.mjs";
import { median } from "../support/figures.mjs";
import { Trial } from "./trial.mjs";

/** @typedef {import("./trial.mjs").World} World */
/** @typedef {Awaited<ReturnType<typeof import("./contenders.mjs").contenders>>} All */

/** Milliseconds to encrypt a 4-field form and build its patch; `kept`: by the whole machine, which stores it and has it answered. @param {World} world @param {All} all @returns {Promise<Record<"shared" | "sealed" | "document" | "jose" | "shared_kept" | "sealed_kept", number>>} */
export async function sealing(world, all) {
  const script = await bundle("tests/bench/worker/sealing-page.ts", "dist/bench/sealing.js", { format: "iife", globalName: "Sealing" });
  const wasmFile = await buildSealing(at("dist/bench/sealing"));
  const files = new Map([...world.files, ["sealing.js", await readFile(script)], ["sealing.wasm", await readFile(wasmFile)]]);
  const trial = await Trial.open({ ...world, files }, all.none);
  await trial.page.addScriptTag({ url: "/guestsync/sealing.js" });
  const times = await trial.page.evaluate((keySet) => Reflect.get(window, "Sealing").measure("/guestsync/sealing.wasm", keySet, 9, 50), world.keySet);
  await trial.close();
  return /** @type {any} */ (Object.fromEntries(Object.entries(times).map(([name, of]) => [name, median(/** @type {number[]} */ (of))])));
}

/** Milliseconds from a post to its answer, warm and cold, through each. @param {World} world @param {All} all @param {number} posts */
export async function posting(world, all, posts) {
  const names = /** @type {const} */ (["none", "plain", "guestsync"]);
  const trials = await Promise.all(names.map((name) => Trial.open(world, all[name])));
  /** @type {Record<string, { warm: number[], cold: number[] }>} */
  const times = Object.fromEntries(names.map((name) => [name, { warm: [], cold: [] }]));
  const post = async (/** @type {Trial} */ trial, /** @type {string} */ nth) => {
    const { status, ms } = await trial.post("g-1", nth);
    if (status !== 200) throw new Error(`${trial.contender.name} answered ${status}`);
    return ms;
  };
  for (let nth = 0; nth < posts; nth++) {
    // They take turns, so that whatever else the machine does hits all alike.
    for (const trial of trials) {
      // What a worker still does after its answer is no other's burden.
      await new Promise((resolve) => setTimeout(resolve, 30));
      const ms = await post(trial, `warm-${nth}`);
      if (nth >= 10) times[trial.contender.name]?.warm.push(ms);
    }
  }
  for (let nth = 0; nth < 7; nth++) {
    for (const trial of trials.filter(({ contender }) => contender.script)) {
      await trial.stop();
      times[trial.contender.name]?.cold.push(await post(trial, `cold-${nth}`));
    }
  }
  for (const trial of trials) await trial.close();
  const of = (/** @type {string} */ name) => ({ warm: median(times[name]?.warm ?? []), cold: median(times[name]?.cold ?? []) });
  return { none: of("none"), plain: of("plain"), guestsync: of("guestsync") };
}

/** 50 forms of 5 guests, posted offline; then online. @param {World} world @param {All} all */
export async function draining(world, all) {
  const trial = await Trial.open(world, all.guestsync);
  const context = trial.page.context();
  await context.setOffline(true);
  for (let nth = 0; nth < 50; nth++) await trial.post(`g-${nth % 5}`, nth);
  const seconds = trial.drained(20_000);
  await context.setOffline(false);
  const drained = { seconds: await seconds, requests: trial.server.requests.length, delivered: await trial.delivered() };
  await trial.close();
  return drained;
}
