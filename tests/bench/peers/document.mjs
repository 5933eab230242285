/**
 * The batcher that the design document for guest attributes describes, written from its description: what it keeps, when it sends,
 * what it does on 409 and on failure, how tabs tell each other. The organisation's token is left out: the collector asks for none.
 */

const storageKey = "document/state";
const patterns = [/\b\d{3}[-.]?\d{3}[-.]?\d{4}\b/, /\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b/, /\b\d{16}\b/];

/** @typedef {Record<string, string | number | boolean>} Attributes */
/** @typedef {{ attributes: Attributes, consentFlags: Record<string, boolean> }} Update */
/** @typedef {Update & { session: string }} Queued */

/** Collects updates, and sends them at ten or every two seconds. */
class Batcher {
  /** @type {Queued[]} */
  #queue = [];

  /** @param {string} collector */
  constructor(collector) {
    this.collector = collector;
    setInterval(() => this.flush(), 2000);
  }

  /** @param {Queued} update */
  add(update) {
    this.#queue.push(update);
    if (this.#queue.length >= 10) this.flush();
  }

  /** The queue is emptied before anything has been sent. */
  flush = async () => {
    if (this.#queue.length === 0) return;
    const batch = this.#queue;
    this.#queue = [];
    /** @type {Map<string, Attributes>} */
    const merged = new Map();
    for (const { session, attributes } of batch) merged.set(session, { ...merged.get(session), ...attributes });
    for (const [session, attributes] of merged) await this.#submit(session, attributes, 0);
  };

  /** On 409 it reads, merges and writes without a version, three times; other failures are dropped. @param {string} session @param {Attributes} attributes @param {number} conflicts @returns {Promise<void>} */
  async #submit(session, attributes, conflicts) {
    const url = `${this.collector}/genesys/api/v2/conversations/webmessaging/guests/${session}/attributes`;
    try {
      const body = JSON.stringify({ attributes });
      const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
      if (answer.status !== 409 || conflicts === 3) return;
      const latest = await fetch(url);
      if (!latest.ok) throw new Error(`the latest attributes: ${latest.status}`);
      return await this.#submit(session, { ...(await latest.json()).attributes, ...attributes }, conflicts + 1);
    } catch {
      // The document writes a line to the console, and forgets the update.
    }
  }
}

/** The whole state is read and written again on each call. @param {string} session @param {Update} update */
function persist(session, update) {
  const state = JSON.parse(localStorage.getItem(storageKey) ?? "{}");
  state[session] = { ...update, lastSynced: Date.now() };
  localStorage.setItem(storageKey, JSON.stringify(state));
}

/** @param {Update} update */
function check({ attributes, consentFlags }) {
  const values = Object.values(attributes).map(String);
  if (values.length > 100) throw new Error("too many keys");
  if (values.some((value) => value.length > 256 || patterns.some((pattern) => pattern.test(value)))) throw new Error("refused");
  if (Object.values(consentFlags).some((granted) => !granted)) throw new Error("no consent");
}

/** @type {import("./peer.js").Peer["start"]} */
export function start({ collector, guest }) {
  const batcher = new Batcher(collector);
  addEventListener("online", () => batcher.flush());
  addEventListener("storage", ({ key, newValue }) => {
    if (key !== storageKey || !newValue) return;
    for (const [session, { lastSynced, ...update }] of Object.entries(JSON.parse(newValue))) {
      if (Date.now() - lastSynced < 60_000) batcher.add({ session, ...update });
    }
  });
  return {
    set(key, value) {
      const update = { attributes: { [key]: value }, consentFlags: { service: true } };
      check(update);
      batcher.add({ session: guest, ...update });
      persist(guest, update);
    },
  };
}
