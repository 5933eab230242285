import { FlushLock } from "../../www/src/effect/lock.js";
import { LATER } from "../../www/src/errands.js";
import * as Ask from "./ask.js";
import type { Asked } from "./codes.js";
import type { Core } from "./core.js";
import { agree } from "./effect/agree.js";
import { getFieldKey } from "./effect/field-key.js";
import { readForm } from "./effect/form.js";
import type { Forms } from "./effect/forms.js";
import { KeySets } from "./effect/keys.js";
import { tellPages } from "./effect/pages.js";
import { responseOf } from "./effect/respond.js";
import { Sends } from "./effect/send.js";
import { registerSync, syncTag } from "./effect/sync.js";
import { getToken } from "./effect/token.js";
import type { TokenCache } from "./effect/token-cache.js";
import type { ProfileEvent, ProfileLetter } from "./options.js";
import type { Settings } from "./settings.js";
import * as Tell from "./tell.js";

/** What the face does itself. */
export interface Face {
  /** The request of a form that has no answer yet. */
  request(form: number): Request | undefined;
  respond(form: number, answer: Response): void;
  forward(form: number): void;
  status(ask: number, letters: ProfileLetter[]): void;
  busy(busy: boolean): void;
}

/** Performs what the core asks for, and tells it what became of it. Decides nothing. `close` ends what is under way. */
export function hostOf(
  core: Core,
  settings: Settings,
  forms: Forms,
  tokens: TokenCache | undefined,
  face: Face,
): Asked & { close(): void } {
  const keys = new KeySets(core, settings.keys);
  const sends = new Sends(settings.endpoint, core);
  const granted = () => core.tell(Tell.lockGranted);
  // Nobody steals it; where it cannot be asked for, the Idempotency-Key alone keeps a repeat without effect.
  const lock = new FlushLock(granted, granted);
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    [Ask.opened]: (patienceMs, maxBytes, maxFields, wanted) => void (core.limits = { patienceMs, maxBytes, maxFields, wanted }),
    [Ask.wrong](option, rule) {
      throw new Error(`guestsync: option "${option}": ${rule}`);
    },
    [Ask.read](form, json) {
      const request = face.request(form);
      if (request) void readForm(core, form, request, json, (guestId) => void tokens?.enter(guestId));
    },
    [Ask.getKeys]: () => void keys.get(),
    [Ask.usable]: (...places) => keys.usable(places),
    [Ask.agree]: (keyId) => void agree(core, keys.key(keyId), keyId),
    [Ask.getToken]: (guest) => void getToken(core, guest, settings.token, tokens),
    [Ask.getFieldKey]: (guest, token) => void getFieldKey(core, guest, token, settings.fieldKey),
    [Ask.send]: (...patch) => void sends.send(...patch),
    [Ask.abort]: (send) => sends.abort(send),
    [Ask.respond](form, ...reply) {
      face.respond(form, responseOf(...reply));
      // Whoever posted waits for it; nobody waits for what follows.
      return LATER;
    },
    [Ask.forward]: (form) => face.forward(form),
    [Ask.lock]: () => lock.ask("guestsync/forms", false),
    [Ask.unlock]: () => lock.give(),
    [Ask.load]: (load) =>
      void forms.load().then(
        (rows) => core.tell(Tell.loaded, load, ...rows),
        () => core.tell(Tell.loadFailed, load),
      ),
    [Ask.store]: (store, ...writes) =>
      void forms.store(writes).then(
        () => core.tell(Tell.stored, store),
        () => core.tell(Tell.storeFailed, store),
      ),
    [Ask.sync]: () => registerSync(syncTag),
    [Ask.report]: (kind, guestId, status, code, queued, failed) =>
      void tellPages({ kind: kind as ProfileEvent["kind"], guestId, queued, failed, ...(status ? { status, code: code ?? undefined } : {}) }),
    [Ask.status]: (ask, ...letters) => face.status(ask, lettersOf(letters)),
    [Ask.busy]: (busy) => face.busy(busy),
    [Ask.wake](delay) {
      clearTimeout(timer);
      timer = delay === undefined ? undefined : setTimeout(() => core.tell(Tell.deadline), delay);
    },
    close() {
      clearTimeout(timer);
      sends.abortAll();
      lock.give();
    },
  };
}

function lettersOf(parts: unknown[]): ProfileLetter[] {
  const letters: ProfileLetter[] = [];
  for (let at = 0; at < parts.length; at += 7) {
    const [key, guestId, submitted, fields, status, code, stranded] = parts.slice(at, at + 7) as [string, string, number, string[], number, string, boolean];
    letters.push({ key, guestId, at: submitted, fields, stranded, ...(status ? { status, code } : {}) });
  }
  return letters;
}
