/** What the requests of each library carry: its messages, each with the id by which the library's own server knows a repeat. */

/** @typedef {{ id: string | undefined, key: string, value: string }} Message */

/** @type {Record<string, (body: any) => { id: string | undefined, key: unknown, value: unknown }[]>} */
const readers = {
  amplitude: ({ events }) => events.map((/** @type {any} */ event) => ({ id: event.insert_id, ...event.event_properties })),
  rudderstack: tracked,
  segment: tracked,
  snowplow: ({ data }) => data.map((/** @type {any} */ { eid, se_la, se_pr }) => ({ id: eid, key: se_la, value: se_pr })),
};

/** One event or a batch of them, as Segment's specification has it. @param {any} body */
function tracked(body) {
  return (body.batch ?? [body]).map((/** @type {any} */ event) => ({ id: event.messageId, ...event.properties }));
}

/**
 * @param {string} path the first part of it names the library
 * @param {string} body
 * @returns {Message[]} what is told of attributes; what a library tells of itself is left out
 */
export function messagesIn(path, body) {
  const read = readers[path.split("/")[1] ?? ""];
  if (!read || body === "") return [];
  return read(JSON.parse(body))
    .filter(({ key }) => key !== undefined)
    .map(({ id, key, value }) => ({ id, key: String(key), value: String(value) }));
}
