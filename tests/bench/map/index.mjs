/**
 * `npm run bench -- map [--records N] [--rounds N] [--seed N] [--quick]`: a million records through faults and three kills, beside a
 * hundred thousand; records a second beside the design document's algorithm; how much of a rate limit is used.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { lastLine, round, table } from "../support/figures.mjs";
import { killed } from "./kills.mjs";
import { limited } from "./limited.mjs";
import { versus } from "./versus.mjs";

const { values } = parseArgs({
  options: {
    records: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "3" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    quick: { type: "boolean", default: false },
  },
});
const [records, seed, rounds] = [values.quick ? 300_000 : Number(values.records), Number(values.seed), values.quick ? 1 : Number(values.rounds)];
/** Enough that what comes before the first record counts for little. */
const compared = { here: 500_000, there: 200_000 };
/** How long an answer of a server that is not on this machine is on its way. */
const away = 50;

/** Small and good enough for moments to kill at. @type {(seed: number) => () => number} */
const mulberry32 = (state) => () => {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

const folder = await mkdtemp(join(tmpdir(), "guestsync-bench-"));
console.log(`seed ${seed}`);
try {
  const random = mulberry32(seed);
  const small = await killed(folder, records / 10, seed, random);
  const large = await killed(folder, records, seed, random);
  const here = await versus(folder, compared.here, rounds, 0);
  const there = await versus(folder, compared.there, rounds, away);
  const held = await limited(folder, values.quick ? 2 : 5);

  const run = (/** @type {import("./kills.mjs").Figures} */ { records, wrong, peakMb, seconds, killedAt }) => [records, wrong, round(peakMb), round(seconds), killedAt.join(", ")];
  table(["records, three kills", "wrong", "peak MB", "seconds", "killed at"], [small, large].map(run));
  const ratio = (/** @type {import("./versus.mjs").Pair} */ { ours, document }) => [round(ours), round(document), round(ours / document)];
  table(["", "guestsync", "the document's algorithm", "ratio"], [
    // Clients and sandbox share the machine.
    ["records / s", ...ratio(here.perSecond)],
    [`records / s, answers take ${away} ms more`, ...ratio(there.perSecond)],
    ["records / CPU s of the client", ...ratio(here.perCpu)],
    [`CPU s of the client, ${compared.here} records`, ...ratio(here.client)],
    ["CPU s of the sandbox", ...ratio(here.sandbox)],
  ]);
  table(["300 requests a minute", "used", "refused", "records / request"], [[`${held.windows} windows`, round(held.used), held.refused, Math.round(held.perRequest)]]);
  lastLine({
    records,
    wrong_end_state: small.wrong + large.wrong,
    peak_mb: round(large.peakMb),
    peak_mb_100k: round(small.peakMb),
    vs_document: round(here.perSecond.ours / here.perSecond.document),
    vs_document_away: round(there.perSecond.ours / there.perSecond.document),
    vs_document_per_cpu: round(here.perCpu.ours / here.perCpu.document),
    of_rate_limit: round(held.used),
    records_per_request: Math.round(held.perRequest),
    seed,
  });
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
