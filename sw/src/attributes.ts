import * as tells from "../../www/src/codes/tells.js";
import { broadcast } from "../../www/src/effect/broadcast.js";
import { ended, open } from "../../www/src/effect/idb.js";
import type { Part } from "../../www/src/flat.js";
import { pageOptions } from "../../www/src/page-options.js";
import { converse } from "../../www/src/tell.js";
import { type Core, loadCore } from "../../www/src/wasm.js";
import { attributesHost } from "./attributes-host.js";
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
  // What Global Privacy Control has withdrawn is what a page said of it: the worker's own navigator may know nothing of that.
  const each = owners.map((owner) => pageOptions(owner === "*" ? {} : { guest: owner }, consent, gpc));
  await Promise.all(each.map((options) => deliver(core, options, endpoint, token)));
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
function deliver(core: Core, options: Part[], endpoint: string, tokenUrl: string): Promise<void> {
  return new Promise((resolve) => {
    // Pages hear what is done here; what is withdrawn there is aborted here.
    const hints = broadcast((hint) => tell(tells.changed, hint));
    const end = () => {
      tell(tells.close);
      hints?.close();
      resolve();
    };
    // Only what has been read can be waited for.
    const flush = once(() => tell(tells.flush, CALL, WITHIN_MS));
    const tell = converse(core, options, (tell) => attributesHost(tell, { endpoint, tokenUrl, notify: (hint) => hints?.tell(hint), flush, end }), end);
    tell(tells.tick);
  });
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}
