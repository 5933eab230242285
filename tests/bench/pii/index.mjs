/**
 * `npm run bench -- pii ROWS [--region US] [--split NAME]`: what the PII scanner finds in a file of labelled texts and where it cries
 * wolf, beside the design document's expressions and libphonenumber. Nothing of the file is kept.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { scorePii } from "../../../scripts/lib/pii.mjs";
import { temporaryFolder } from "../../browser/support/folder.mjs";
import { detectors } from "../peers/pii.mjs";
import { lastLine, table } from "../support/figures.mjs";
import { inScope } from "../support/scope.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { region: { type: "string" }, split: { type: "string" } } });
const rows = resolve(process.env.INIT_CWD ?? ".", positionals[0] ?? "");
const common = Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);

/** @typedef {{ there: number, found: number, recall: number | null, absent: number, alarms: number, rate: number | null }} Line */

await inScope(async (scope) => {
  const folder = await temporaryFolder(scope);
  const texts = (await readFile(rows, "utf8")).trim().split("\n").map((line) => JSON.parse(line));
  /** @type {Record<string, Record<string, Line>>} */
  const scores = { guestsync: read(await scorePii([rows, ...common])) };
  for (const [name, detect] of Object.entries(detectors)) {
    const predictions = join(folder, `${name}.jsonl`);
    const lines = texts.map(({ id, text, region }) => JSON.stringify({ id, kinds: detect(text, region ?? values.region) }));
    await writeFile(predictions, lines.join("\n"));
    scores[name] = read(await scorePii([rows, ...common, "--scored", predictions]));
  }
  const kinds = Object.keys(scores.guestsync ?? {});
  const cell = (/** @type {Line | undefined} */ line) => (line ? `${line.recall ?? "–"}${line.absent > 0 ? ` @ ${line.rate}` : ""}` : "–");
  const names = Object.keys(scores);
  table(["recall @ false alarms", ...names], kinds.map((kind) => [kind, ...names.map((name) => cell(scores[name]?.[kind]))]));
  lastLine({ ...scores.guestsync, peers: Object.fromEntries(Object.entries(scores).filter(([name]) => name !== "guestsync")) });
});

/** @param {string} text the scorer's table @returns {Record<string, Line>} */
function read(text) {
  const [, ...lines] = text.trim().split("\n");
  const number = (/** @type {string | undefined} */ cell) => (cell === "-" ? null : Number(cell));
  return Object.fromEntries(
    lines.map((line) => {
      const [kind = "", there, found, recall, absent, alarms, rate] = line.split(/\s+/);
      return [kind, { there: Number(there), found: Number(found), recall: number(recall), absent: Number(absent), alarms: Number(alarms), rate: number(rate) }];
    }),
  );
}
