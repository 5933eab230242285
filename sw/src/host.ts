import type { Host, ProfileWorker } from "#worker-glue";
import { agree } from "./effect/agree.js";
import { getFieldKey } from "./effect/field-key.js";
import { getKeys, type KeySet } from "./effect/keys.js";
import { responseOf } from "./effect/respond.js";
import { Sends } from "./effect/send.js";
import { getToken } from "./effect/token.js";
import type { Settings } from "./settings.js";

/** Performs what the machine asks for, and tells it what became of it. Decides nothing. */
export function hostOf(settings: Settings, worker: () => ProfileWorker, respond: (form: number, answer: Response) => void): Host {
  const keys: KeySet = new Map();
  const sends = new Sends(settings.endpoint, worker);
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    getKeys: () => void getKeys(worker(), keys, settings.keys),
    agree: (keyId) => void agree(worker(), keys, keyId),
    getToken: (guest) => void getToken(worker(), guest, settings.token),
    getFieldKey: (guest, token) => void getFieldKey(worker(), guest, token, settings.fieldKey),
    send: (...patch) => void sends.send(...patch),
    abort: (send) => sends.abort(send),
    respond: (form, ...reply) => respond(form, responseOf(...reply)),
    wakeIn(milliseconds) {
      clearTimeout(timer);
      timer = milliseconds === undefined ? undefined : setTimeout(() => worker().deadline(), milliseconds);
    },
  };
}
