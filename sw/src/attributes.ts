import type { Channel } from "../../www/src/effect/channel.js";
import { DatabaseJournal, ended, open } from "../../www/src/effect/idb.js";
import { asked } from "../../www/src/host.js";
import { pageOptions } from "../../www/src/page-options.js";
import type { GuestSyncOptions, JournalStorage } from "../../www/src/options.js";
import { converse } from "../../www/src/tell.js";
import { type Core, loadCore } from "../../www/src/wasm.js";
import type { Settings } from "./settings.js";

/** The one call of a worker's outbox. */
const CALL = 1;
/** What has not left by then waits for the next time. */
const WITHIN_MS = 20_000;

/**
 * Sends what pages have set and are not there any more to send, by the pages' own core, from the same journal under the same lock. The
 * core's wasm is the pages' file: it is loaded only where something waits. Gives whether anything still does.
 */
export async function deliverAttributes({ attributes, endpoint, token }: Settings): Promise<boolean> {
  if (attributes === undefined) return false;
  const { owners, consent, gpc } = await left();
  if (owners.length === 0 || !navigator.onLine) return owners.length > 0;
  const core = await loadCore(attributes);
  const each = owners.map((owner) => ({ endpoint, token, consent, gpc, ...(owner === "*" ? {} : { guest: owner }) }));
  await Promise.all(each.map((options) => deliver(core, options)));
  return (await left()).owners.length > 0;
}

/**
 * Whose records are in the journal (guests, or `*` for the session that the pages started themselves), and what the pages' options say
 * of consent, which are this outbox's too.
 */
async function left(): Promise<{ owners: string[]; consent: Record<string, boolean>; gpc: string[] }> {
  const database = await open();
  try {
    const transaction = database.transaction(["records", "consent"]);
    const [records, decisions] = ["records", "consent"].map((name) => transaction.objectStore(name).getAllKeys());
    await ended(transaction);
    const named = (kind: string) => (decisions?.result ?? []).map(String).filter((key) => key.startsWith(`${kind}/`)).map((key) => key.slice(2));
    return {
      owners: [...new Set((records?.result ?? []).map((key) => String(key).split("/", 1)[0] ?? ""))],
      consent: Object.fromEntries(named("s").map((purpose) => [purpose, true])),
      gpc: named("p"),
    };
  } finally {
    database.close();
  }
}

/** Lets the outbox of an owner do its work once. */
function deliver(core: Core, options: GuestSyncOptions): Promise<void> {
  return new Promise((resolve) => {
    // Pages hear what is done here; what is withdrawn there is aborted here.
    const hints = new BroadcastChannel("guestsync");
    hints.onmessage = ({ data }) => typeof data === "string" && tell("changed", data);
    const channel = { tell: (hint: string) => hints.postMessage(hint) } as Channel;
    const end = () => {
      tell("close");
      hints.close();
      resolve();
    };
    const face = { settle: end, event() {}, metrics() {}, started() {} };
    const database = new DatabaseJournal();
    // Only what has been read can be waited for.
    const flush = once(() => tell("flush", CALL, WITHIN_MS));
    const journal: JournalStorage = {
      load(owner) {
        const rows = database.load(owner);
        rows.then(() => queueMicrotask(flush), end);
        return rows;
      },
      store: (writes) => database.store(writes),
    };
    const tell = converse(core, pageOptions(options), (tell) => asked(options, journal, channel, face, tell), end);
    tell("tick");
  });
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}
