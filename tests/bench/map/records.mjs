/** Records with their numbers: what is written to the input, and what must become of each. */
import { createWriteStream } from "node:fs";
import { once } from "node:events";

const priorities = ["low", "medium", "high", "critical"];
const channels = ["web", "email", "phone"];

/** Of every 50 records one breaks a rule: by turns a value, its type, no id. @param {number} number */
const broken = (number) => (number % 50 === 17 ? Math.floor(number / 50) % 3 : undefined);

/** The codes that the rejects file gives for those. */
const codes = ["attribute.value.regex", "attribute.value.type", "field.missing"];

/** @param {number} number of the record, the first is 1 */
export const id = (number) => `T-${String(number).padStart(8, "0")}`;

/** A record as a CRM writes it, with fields that no attribute takes. @param {number} number */
function record(number) {
  const ticket = {
    ticketId: id(number),
    priority: priorities[number % priorities.length],
    sourceChannel: channels[number % channels.length],
    subject: `Where is my order ${number}?`,
    openedAt: "2026-11-20T10:00:00Z",
  };
  switch (broken(number)) {
    case 0:
      return { ...ticket, priority: "urgent" };
    case 1:
      return { ...ticket, sourceChannel: 7 };
    case 2:
      return { ...ticket, ticketId: undefined };
    default:
      return ticket;
  }
}

/** The code of the rule that a record breaks; undefined where it breaks none. @param {number} number */
export const breaks = (number) => codes[broken(number) ?? NaN];

/** What a good record must become. @param {number} number */
export const attributes = (number) => ({
  crm_channel_source: channels[number % channels.length],
  crm_ticket_id: id(number),
  crm_ticket_priority: priorities[number % priorities.length],
});

/** @param {string} file @param {number} count @param {{ valid?: boolean }} [options] `valid` leaves out those that break a rule */
export async function writeRecords(file, count, { valid = false } = {}) {
  const stream = createWriteStream(file);
  for (let number = 1; number <= count; number += 1) {
    if (valid && breaks(number)) continue;
    if (!stream.write(`${JSON.stringify(record(number))}\n`)) await once(stream, "drain");
  }
  stream.end();
  await once(stream, "close");
}
