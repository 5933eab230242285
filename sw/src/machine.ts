import { ProfileWorker, WorkerOptions } from "#worker-glue";
import { readForm } from "./effect/form.js";
import { Forms } from "./effect/forms.js";
import { TokenCache } from "./effect/token-cache.js";
import { forwarded } from "./fallback.js";
import { hostOf } from "./host.js";
import type { ProfileLetter } from "./options.js";
import type { Settings } from "./settings.js";
import { loadWasm } from "./wasm.js";

/** The loaded machine of one {@link serveProfileForms}. */
export interface Machine {
  /** Answers a posted form. */
  answer(request: Request): Promise<Response>;
  /** Gets what can be had before a form comes. */
  prepare(): void;
  /** Tries whatever waits; `page`: a page asks. */
  wake(page: boolean): void;
  /** What waits, and what was refused for good. */
  status(): Promise<ProfileLetter[]>;
  retry(key: string): void;
  discard(key: string): void;
  logout(guestId: string): Promise<void>;
  /** Resolves when nothing is under way any more. */
  rest(): Promise<void>;
  /** Nobody waits for its rest any more: what is under way is on disk, and another worker's to end. */
  leave(): void;
}

/** Loads the wasm and starts the machine. */
export async function startMachine(settings: Settings): Promise<Machine> {
  // Beside the wasm, not after it.
  const forms = new Forms();
  forms.open();
  await loadWasm(settings.wasm);
  const waiting = new Map<number, { request: Request; resolve: (answer: Response) => void }>();
  const asking = new Map<number, (letters: ProfileLetter[]) => void>();
  const tokens = settings.cacheTokens ? new TokenCache() : undefined;
  let resting: (() => void)[] = [];
  let busy = false;
  let left = false;
  let count = 0;
  const respond = (form: number, answer: Response) => {
    waiting.get(form)?.resolve(answer);
    waiting.delete(form);
  };
  const rested = () => {
    for (const resolve of resting) resolve();
    resting = [];
  };
  const worker: ProfileWorker = new ProfileWorker(
    optionsOf(settings),
    hostOf(settings, () => worker, forms, tokens, {
      respond,
      forward(form) {
        const request = waiting.get(form)?.request;
        if (request) respond(form, forwarded(request));
      },
      status(ask, letters) {
        asking.get(ask)?.(letters);
        asking.delete(ask);
      },
      busy(now) {
        busy = now;
        if (!busy) rested();
      },
    }),
  );
  if (typeof BroadcastChannel === "function") {
    new BroadcastChannel("guestsync").onmessage = ({ data }) => data === "consent" && worker.consentChanged();
  }
  return {
    answer(request) {
      const form = count++;
      const answer = new Promise<Response>((resolve) => waiting.set(form, { request, resolve }));
      void readForm(worker, form, request, (guestId) => void tokens?.enter(guestId));
      return answer;
    },
    prepare: () => worker.prepare(),
    wake: (page) => worker.wake(page),
    status() {
      const ask = count++;
      const letters = new Promise<ProfileLetter[]>((resolve) => asking.set(ask, resolve));
      worker.askStatus(ask);
      return letters;
    },
    retry: (key) => worker.retry(key),
    discard: (key) => worker.discard(key),
    async logout(guestId) {
      worker.logout(guestId);
      await tokens?.forget(guestId);
    },
    rest: () => (busy && !left ? new Promise((resolve) => resting.push(resolve)) : Promise.resolve()),
    leave() {
      left = true;
      rested();
    },
  };
}

function optionsOf(settings: Settings): WorkerOptions {
  const options = new WorkerOptions();
  for (const [name, field] of settings.fields) {
    const { pointer, operation, maxBytes, trim = true, normalise, purpose } = field;
    options.field(name, pointer, operation === "add", maxBytes, trim, purpose);
    if (normalise) options.normalise(normalise === "phone");
  }
  for (const name of settings.required) options.require(name);
  for (const [purpose, field] of settings.consent) options.consent(purpose, field);
  if (settings.refuseUnknown) options.refuseUnknown();
  if (settings.shared) options.shared(settings.bound);
  if (settings.redirect !== undefined) options.redirect(settings.redirect);
  return options;
}
