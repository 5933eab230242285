import * as asks from "../../www/src/codes/asks.js";
import * as tells from "../../www/src/codes/tells.js";
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
    () => tell(tells.lockGranted),
    () => tell(tells.lockLost),
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  const none = () => {};
  return {
    [asks.settle]: end,
    [asks.load]: (load, owner) =>
      void journal.load(owner).then(
        (rows) => {
          tell(tells.loaded, load, rows);
          flush();
        },
        () => {
          tell(tells.loadFailed, load);
          end();
        },
      ),
    [asks.store]: (store, ...writes) =>
      void journal.store(writes).then(
        (kept) => tell(tells.stored, store, kept),
        (error: unknown) => tell(tells.storeFailed, store, refusal(error)),
      ),
    [asks.send]: (...request) => void requests.send(...request),
    [asks.abort]: (send) => requests.abort(send),
    [asks.token]: async (guest) => {
      const { token, askedAt, lifeMs, answer } = await capability(tokenUrl, guest);
      if (answer) tell(tells.tokenFailed, guest, ...answer);
      else tell(tells.token, guest, token, askedAt, lifeMs);
    },
    [asks.start]: (session) => void startSession(tell, session, "/api/webchat/init", none),
    [asks.lock]: (owner, steal) => lock.ask(lockOf(owner), steal),
    [asks.unlock]: () => lock.give(),
    [asks.peek]: () => tell(tells.peeked, null),
    [asks.wake](delay) {
      clearTimeout(timer);
      timer = delay === undefined ? undefined : setTimeout(() => tell(tells.tick), delay);
    },
    [asks.notify]: notify,
    stop() {
      clearTimeout(timer);
      lock.give();
      requests.stop();
    },
    // Of interest to a page, or asked for only where its options say so; what is old, the pages remove.
    [asks.event]: none,
    [asks.metrics]: none,
    [asks.lease]: none,
    [asks.prune]: none,
    [asks.hook]: none,
    [asks.resolve]: none,
  };
}
