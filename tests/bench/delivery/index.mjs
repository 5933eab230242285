/**
 * `npm run bench -- delivery [--only NAME[,…]] [--scenario NAME[,…]]`: what arrives of what a page set while things fail, ours beside
 * its peers. `--only guestsync` leaves the peers out.
 */
import { parseArgs } from "node:util";
import { launchChromium } from "../../browser/support/chromium.mjs";
import { contenders, ours } from "../support/contenders.mjs";
import { lastLine, table } from "../support/figures.mjs";
import { inScope } from "../support/scope.mjs";
import { startSite } from "../support/site.mjs";
import { scenarios } from "./scenarios/index.mjs";
import { Trial } from "./trial.mjs";

const { values } = parseArgs({ options: { only: { type: "string" }, scenario: { type: "string" } } });
const names = values.scenario?.split(",") ?? Object.keys(scenarios);

/** @typedef {import("./trial.mjs").Outcome} Outcome */

await inScope(async (scope) => {
  const wanted = values.only?.split(",");
  const all = (await contenders()).filter(({ name }) => !wanted || wanted.includes(name));
  const unknown = [...names.filter((name) => !(name in scenarios)), ...(wanted ?? []).filter((name) => !all.some((each) => each.name === name))];
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(", ")}; scenarios: ${Object.keys(scenarios).join(", ")}`);
  const browser = await launchChromium(scope);
  const site = await startSite(scope, all);
  /** @type {Map<string, Map<string, Outcome>>} by contender and scenario */
  const outcomes = new Map(all.map(({ name }) => [name, new Map()]));

  const play = async (/** @type {string} */ name, /** @type {string} */ scenario) => {
    const rules = scenarios[scenario];
    if (!rules) return;
    const trial = await Trial.open(scope, browser, site, name);
    const outcome = await trial.outcome(rules);
    outcomes.get(name)?.set(scenario, outcome);
    console.error(`${scenario}: ${name} ${told(outcome, scenario)}`);
  };
  for (const scenario of names) {
    // Most of a trial is waiting: the peers wait together. Two browsers at a time where each brings its own.
    const turns = scenario === "killed" ? all.map(({ name }) => [name]) : [[ours], all.map(({ name }) => name).filter((name) => name !== ours)];
    for (const turn of turns) await Promise.all(turn.filter((name) => outcomes.has(name)).map((name) => play(name, scenario)));
  }

  table(
    ["delivered of wanted", ...all.map(({ title }) => title), "our bar"],
    names.map((scenario) => [scenarios[scenario]?.title ?? "", ...all.map(({ name }) => told(outcomes.get(name)?.get(scenario), scenario)), scenarios[scenario]?.bar ?? ""]),
  );
  const sums = (/** @type {string} */ name) => {
    const each = [...(outcomes.get(name)?.values() ?? [])];
    const sum = (/** @type {(outcome: Outcome) => number} */ of) => each.reduce((total, outcome) => total + of(outcome), 0);
    return {
      scenarios: each.length,
      lost: sum(({ wanted, delivered }) => wanted - delivered),
      repeated: sum(({ repeated }) => repeated),
      early_requests: sum(({ early }) => early),
      runs: Object.fromEntries(outcomes.get(name) ?? []),
    };
  };
  lastLine({ ...sums(ours), peers: Object.fromEntries(all.filter(({ name }) => name !== ours).map(({ name }) => [name, sums(name)])) });
});

/** What matters of an outcome, in a cell. @param {Outcome | undefined} outcome @param {string} scenario */
function told(outcome, scenario) {
  if (!outcome) return "–";
  const { wanted, delivered, repeated, early, requests, messages, kb, seconds, note } = outcome;
  const rest = [
    repeated > 0 && `${repeated} repeated`,
    early > 0 && `${early} early`,
    requests > 8 && `${requests} requests`,
    scenario === "many" && `${messages} messages, ${kb < 1 ? kb.toFixed(1) : Math.round(kb)} KB`,
    seconds !== null && `${seconds.toFixed(1)} s`,
    note,
  ].filter(Boolean);
  return `${delivered}/${wanted}${rest.length > 0 ? ` (${rest.join(", ")})` : ""}`;
}
