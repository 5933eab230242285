/** Whether every valid record was applied once and every other one refused once, for the right reason. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { attributes, breaks, id } from "./records.mjs";

/** @typedef {{ missing: number, doubled: number, wrong: number, refusedWrongly: number }} EndState */

/** @param {string} base of the sandbox */
async function* stored(base) {
  for (let after = ""; ; ) {
    const page = await (await fetch(`${base}/_sandbox/records?after=${encodeURIComponent(after)}&limit=10000`)).json();
    if (page.records.length === 0) return;
    yield* page.records;
    after = page.records.at(-1).id;
  }
}

/** @param {string} base @param {string} rejects file @param {number} count records of the input @returns {Promise<EndState>} */
export async function endState(base, rejects, count) {
  const state = { missing: 0, doubled: 0, wrong: 0, refusedWrongly: 0 };
  // Both come in the order of their ids: what is between two of them is missing.
  let next = 1;
  const skip = (/** @type {string | undefined} */ to) => {
    for (; next <= count && id(next) !== to; next += 1) if (!breaks(next)) state.missing += 1;
  };
  for await (const record of stored(base)) {
    const number = Number(record.id.slice(2));
    if (number < next || number > count || breaks(number)) {
      state.wrong += 1;
      continue;
    }
    skip(record.id);
    next += 1;
    if (record.writes !== 1) state.doubled += 1;
    if (JSON.stringify(sorted(record.attributes)) !== JSON.stringify(attributes(number))) state.wrong += 1;
  }
  skip(undefined);

  const refused = new Set();
  for await (const line of createInterface({ input: createReadStream(rejects) })) {
    const { record, problems } = JSON.parse(line);
    if (refused.has(record) || problems[0].code !== breaks(record)) state.refusedWrongly += 1;
    refused.add(record);
  }
  for (let number = 1; number <= count; number += 1) if (breaks(number) && !refused.has(number)) state.refusedWrongly += 1;
  return state;
}

/** @param {Record<string, unknown>} members */
const sorted = (members) => Object.fromEntries(Object.entries(members).sort(([one], [other]) => (one < other ? -1 : 1)));
