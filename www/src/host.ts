import type { Asked } from "#page-glue";
import * as asks from "./codes/asks.js";
import * as tells from "./codes/tells.js";
import type { Channel } from "./effect/channel.js";
import { holdByStorage } from "./effect/holder.js";
import { sendHook } from "./effect/hook.js";
import type { Journal } from "./effect/journal.js";
import { lockOf, readLease, writeLease } from "./effect/lease.js";
import { FlushLock } from "./effect/lock.js";
import { mayEndBefore } from "./effect/process.js";
import { Requests } from "./effect/requests.js";
import { resolve } from "./effect/resolve.js";
import { startSession } from "./effect/session.js";
import { getToken } from "./effect/token.js";
import { refusal } from "./journal.js";
import type { GuestSyncOptions, Ready } from "./options.js";
import type { Host, Tell } from "./tell.js";

/** Whether this is the build for Node. */
declare const __GUESTSYNC_NODE__: boolean;

/** What the core tells the face of its own accord. */
export interface Face extends Pick<Asked, "settle" | "event" | "metrics"> {
  started(ready: Ready): void;
}

/** Performs what the core asks for, and tells it what became of it. Decides nothing. */
export function asked(options: GuestSyncOptions, journal: Journal, channel: Channel, face: Face, tell: Tell): Host {
  const { init = "/api/webchat/init", token = "/api/token" } = options;
  const endpoint = (options.endpoint ?? "/genesys").replace(/\/+$/, "");
  const requests = new Requests(endpoint, tell);
  // A journal in memory leaves nothing beside it.
  const shared = options.storage !== "memory" && typeof options.storage !== "object";
  const lock = new FlushLock(
    () => tell(tells.lockGranted),
    () => tell(tells.lockLost),
    shared ? holdByStorage : undefined,
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    [asks.settle]: face.settle,
    [asks.event]: face.event,
    [asks.metrics]: face.metrics,
    [asks.load]: (load, owner) =>
      journal.load(owner).then(
        (rows) => tell(tells.loaded, load, rows),
        () => tell(tells.loadFailed, load),
      ),
    [asks.store]: (store, ...writes) =>
      journal.store(writes).then(
        (kept) => tell(tells.stored, store, kept),
        (error: unknown) => tell(tells.storeFailed, store, refusal(error)),
      ),
    [asks.prune]: (before) => void journal.prune?.(before).catch(() => {}),
    [asks.send]: (...request) => void requests.send(...request),
    [asks.hook]: (...event) => void sendHook(requests, options.webhook ?? "", endpoint, ...event).catch(() => tell(tells.answered, event[0], 400)),
    [asks.abort]: (send) => requests.abort(send),
    [asks.token]: (guest) => void getToken(tell, guest, token),
    [asks.start]: (session) => void startSession(tell, session, init, face.started),
    [asks.lock]: (owner, steal) => lock.ask(lockOf(owner), steal),
    [asks.unlock]: () => lock.give(),
    [asks.lease]: (...lease) => shared && writeLease(...lease),
    [asks.peek]: (owner) => tell(tells.peeked, shared ? readLease(owner) : null),
    [asks.wake]: (delay) => {
      clearTimeout(timer);
      timer = delay === undefined ? undefined : setTimeout(() => tell(tells.tick), delay);
      // A batch is waited for; a server that is down for longer keeps no process alive.
      if (__GUESTSYNC_NODE__ && Number(delay) > (options.batch?.maxDelayMs ?? 2_000)) mayEndBefore(timer);
    },
    [asks.notify]: (hint) => channel.tell(hint),
    [asks.resolve]: (send, ...conflicts) => resolve(tell, options.onConflict, send, conflicts),
    stop() {
      clearTimeout(timer);
      lock.give();
      requests.stop();
    },
  };
}
