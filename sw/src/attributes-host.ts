import { DatabaseJournal } from "../../www/src/effect/idb.js";
import { lockOf } from "../../www/src/effect/lease.js";
import { FlushLock } from "../../www/src/effect/lock.js";
import { Requests } from "../../www/src/effect/requests.js";
import { startSession } from "../../www/src/effect/session.js";
import { refusal } from "../../www/src/journal.js";
import type { Host, Tell } from "../../www/src/tell.js";
import { capability } from "./effect/token.js";

/** What surrounds an outbox of the worker's. */
export interface Around {
  endpoint: string;
  tokenUrl: string;
  /** Pages are to hear what is done here. */
  notify(hint: string): void;
  /** The journal has been read. */
  flush(): void;
  /** There is nothing left to do, or nothing can be done. */
  end(): void;
}

/** Performs what an outbox of the worker's asks for, with the pages' own effects. */
export function attributesHost(tell: Tell, { endpoint, tokenUrl, notify, flush, end }: Around): Host {
  const journal = new DatabaseJournal();
  const requests = new Requests(endpoint, tell);
  const lock = new FlushLock(
    () => tell("lockGranted"),
    () => tell("lockLost"),
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  const none = () => {};
  return {
    settle: end,
    load: (load, owner) =>
      void journal.load(owner).then(
        (rows) => {
          tell("loaded", load, rows);
          flush();
        },
        () => {
          tell("loadFailed", load);
          end();
        },
      ),
    store: (store, ...writes) =>
      void journal.store(writes).then(
        (kept) => tell("stored", store, kept),
        (error: unknown) => tell("storeFailed", store, refusal(error)),
      ),
    send: (...request) => void requests.send(...request),
    abort: (send) => requests.abort(send),
    token: async (guest) => {
      const { token, askedAt, lifeMs, answer } = await capability(tokenUrl, guest);
      if (answer) tell("tokenFailed", guest, ...answer);
      else tell("token", guest, token, askedAt, lifeMs);
    },
    start: (session) => void startSession(tell, session, "/api/webchat/init", none),
    lock: (owner, steal) => lock.ask(lockOf(owner), steal),
    unlock: () => lock.give(),
    peek: () => tell("peeked", null),
    wake(delay) {
      clearTimeout(timer);
      timer = delay === undefined ? undefined : setTimeout(() => tell("tick"), delay);
    },
    notify,
    stop() {
      clearTimeout(timer);
      lock.give();
      requests.stop();
    },
    // Of interest to a page, or asked for only where its options say so; what is old, the pages remove.
    event: none,
    metrics: none,
    lease: none,
    prune: none,
    hook: none,
    resolve: none,
  };
}
