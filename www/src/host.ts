import type { Host, Page } from "#page-glue";
import type { Channel } from "./effect/channel.js";
import { FlushLock } from "./effect/lock.js";
import { Requests } from "./effect/requests.js";
import { startSession } from "./effect/session.js";
import { getToken } from "./effect/token.js";
import { refusal } from "./journal.js";
import type { GuestSyncOptions, JournalStorage, Ready } from "./options.js";

/** What the host tells the face of its own accord. */
export interface Told {
  settle(call: number, kind: string, json: string): void;
  event(kind: string, json: string): void;
  started(ready: Ready): void;
}

/** Performs what the core asks for, and tells it what became of it. Decides nothing. */
export function hostOf(options: GuestSyncOptions, journal: JournalStorage, channel: Channel, told: Told, page: () => Page): Host {
  const { endpoint = "/genesys", init = "/api/webchat/init", token = "/api/token" } = options;
  const requests = new Requests(endpoint, (send, status, parts) => page().answered(send, status, parts));
  const lock = new FlushLock(
    () => page().lockGranted(),
    () => page().lockLost(),
  );
  return {
    settle: told.settle,
    event: told.event,
    defer: () => queueMicrotask(() => page().burstEnded()),
    load: (load, owner) =>
      void journal.load(owner).then(
        (rows) => page().loaded(load, rows),
        () => page().loaded(load),
      ),
    store: (store, writes) =>
      void journal.store(writes).then(
        (kept) => page().stored(store, kept),
        (error: unknown) => page().stored(store, refusal(error)),
      ),
    send: (send, parts, timeoutMs, keepalive) => void requests.send(send, parts, timeoutMs, keepalive),
    abort: (send) => requests.abort(send),
    token: (guest) => void getToken(page(), guest, token),
    start: (session) => void startSession(page(), session, init, told.started),
    lock: (name, steal) => lock.ask(name, steal),
    unlock: () => lock.give(),
    notify: (hint) => channel.tell(hint),
    resolve: (send) => page().resolved(send, []),
  };
}
