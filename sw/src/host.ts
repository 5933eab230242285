import type { Host, ProfileWorker } from "#worker-glue";
import { FlushLock } from "../../www/src/effect/lock.js";
import { agree } from "./effect/agree.js";
import { getFieldKey } from "./effect/field-key.js";
import type { Forms, Write } from "./effect/forms.js";
import { getKeys, type KeySet } from "./effect/keys.js";
import { tellPages } from "./effect/pages.js";
import { responseOf } from "./effect/respond.js";
import { Sends } from "./effect/send.js";
import { registerSync, syncTag } from "./effect/sync.js";
import { getToken } from "./effect/token.js";
import type { TokenCache } from "./effect/token-cache.js";
import type { ProfileEvent, ProfileLetter } from "./options.js";
import type { Settings } from "./settings.js";

/** What the face does itself. */
export interface Face {
  respond(form: number, answer: Response): void;
  forward(form: number): void;
  status(ask: number, letters: ProfileLetter[]): void;
  busy(busy: boolean): void;
}

/** Performs what the machine asks for, and tells it what became of it. Decides nothing. */
export function hostOf(
  settings: Settings,
  worker: () => ProfileWorker,
  forms: Forms,
  tokens: TokenCache | undefined,
  face: Face,
): Host {
  const keys: KeySet = new Map();
  const sends = new Sends(settings.endpoint, worker);
  const lock = new FlushLock(
    () => worker().lockGranted(),
    // Nobody steals it; where it cannot be asked for, the Idempotency-Key alone keeps a repeat without effect.
    () => worker().lockGranted(),
  );
  let writes: Write[] = [];
  let letters: ProfileLetter[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    getKeys: () => void getKeys(worker(), keys, settings.keys),
    agree: (keyId) => void agree(worker(), keys, keyId),
    getToken: (guest) => void getToken(worker(), guest, settings.token, tokens),
    getFieldKey: (guest, token) => void getFieldKey(worker(), guest, token, settings.fieldKey),
    send: (...patch) => void sends.send(...patch),
    abort: (send) => sends.abort(send),
    respond: (form, ...reply) => face.respond(form, responseOf(...reply)),
    forward: (form) => face.forward(form),
    lock: () => lock.ask("guestsync/forms", false),
    unlock: () => lock.give(),
    load: (load) =>
      void forms.load().then(
        (rows) => {
          for (const row of rows) worker().row(...row);
          worker().loaded(load);
        },
        () => worker().loadFailed(load),
      ),
    write: (key, value) => void writes.push([key, value]),
    store(store) {
      const all = writes;
      writes = [];
      forms.store(all).then(
        () => worker().stored(store),
        () => worker().storeFailed(store),
      );
    },
    sync: () => registerSync(syncTag),
    report: (kind, guestId, status, code, queued, failed) =>
      void tellPages({ kind: kind as ProfileEvent["kind"], guestId, queued, failed, ...(status ? { status, code } : {}) }),
    letter: (key, guestId, at, fields, status, code, stranded) =>
      void letters.push({ key, guestId, at, fields: fields.split("\n"), stranded, ...(status ? { status, code } : {}) }),
    status(ask) {
      face.status(ask, letters);
      letters = [];
    },
    busy: (busy) => face.busy(busy),
    wakeIn(milliseconds) {
      clearTimeout(timer);
      timer = milliseconds === undefined ? undefined : setTimeout(() => worker().deadline(), milliseconds);
    },
  };
}
