import { broadcast } from "../../www/src/effect/broadcast.js";
import type { Part } from "../../www/src/flat.js";
import { Core, flag } from "./core.js";
import { Forms } from "./effect/forms.js";
import { TokenCache } from "./effect/token-cache.js";
import { forwarded } from "./fallback.js";
import { hostOf } from "./host.js";
import type { ProfileLetter } from "./options.js";
import { isReplaced } from "./replaced.js";
import type { Settings } from "./settings.js";
import * as Tell from "./tell.js";
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
  /** Resolves when nothing is under way any more, or when that is another worker's to end. */
  rest(): Promise<void>;
  /** Nobody waits for its rest any longer: what is under way is on disk. */
  leave(): void;
}

/** The instance that traps as the third in one life of the worker is the last; from then on the gateway answers the forms. */
const MOST_TRAPS = 3;

/** Loads the wasm and starts the machine. */
export async function startMachine(settings: Settings): Promise<Machine> {
  // Beside the wasm, not after it.
  const forms = new Forms();
  forms.open();
  const module = await loadWasm(settings.wasm);
  const waiting = new Map<number, { request: Request; resolve: (answer: Response) => void }>();
  const asking = new Map<number, (letters: ProfileLetter[]) => void>();
  const tokens = settings.cacheTokens ? new TokenCache() : undefined;
  let resting: (() => void)[] = [];
  let isBusy = false;
  let count = 0;
  let traps = 0;
  const isGone = () => traps >= MOST_TRAPS;
  const respond = (form: number, answer: Response) => {
    waiting.get(form)?.resolve(answer);
    waiting.delete(form);
  };
  const rested = () => {
    for (const resolve of resting) resolve();
    resting = [];
  };
  const forward = (form: number) => {
    const request = waiting.get(form)?.request;
    if (request) respond(form, forwarded(request));
  };
  const status = (ask: number, letters: ProfileLetter[]) => {
    asking.get(ask)?.(letters);
    asking.delete(ask);
  };
  const busy = (now: boolean) => {
    isBusy = now;
    if (!isBusy) rested();
  };
  const face = { request: (form: number) => waiting.get(form)?.request, respond, forward, status, busy };

  let current: Core;
  const open = () => {
    let close = () => {};
    const hosted = (core: Core) => {
      const host = hostOf(core, settings, forms, tokens, face);
      close = host.close;
      return host;
    };
    current = new Core(module, hosted, (error) => {
      console.error(error);
      traps += 1;
      close();
      if (!isGone()) open();
      // Nobody knows what it did: a form that was under way, the gateway answers.
      for (const form of waiting.keys()) forward(form);
      for (const ask of asking.keys()) status(ask, []);
      busy(false);
      // What is stored is read anew.
      current.tell(Tell.wake, null);
    });
    const seed = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number];
    current.tell(Tell.open, ...seed, ...optionsOf(settings));
  };
  open();
  broadcast((hint) => hint === "consent" && current.tell(Tell.consentChanged));
  return {
    answer(request) {
      if (isGone()) return Promise.resolve(forwarded(request));
      const form = count++;
      const answer = new Promise<Response>((resolve) => waiting.set(form, { request, resolve }));
      current.tell(Tell.arrived, form, flag(request.mode === "navigate"), request.headers.get("content-type") ?? "");
      return answer;
    },
    prepare: () => current.tell(Tell.prepare),
    wake: (page) => current.tell(Tell.wake, flag(page)),
    status() {
      if (isGone()) return Promise.resolve([]);
      const ask = count++;
      const letters = new Promise<ProfileLetter[]>((resolve) => asking.set(ask, resolve));
      current.tell(Tell.status, ask);
      return letters;
    },
    retry: (key) => current.tell(Tell.retry, key),
    discard: (key) => current.tell(Tell.discard, key),
    async logout(guestId) {
      current.tell(Tell.logout, guestId);
      await tokens?.forget(guestId);
    },
    rest: () => (isBusy && !isReplaced() ? new Promise((resolve) => resting.push(resolve)) : Promise.resolve()),
    leave: rested,
  };
}

/** The options in the order in which the core reads them. */
function optionsOf({ refuseUnknown, shared, bound, redirect, fields, required, consent }: Settings): Part[] {
  return [
    flag(refuseUnknown),
    flag(shared),
    flag(bound),
    redirect,
    fields.length,
    ...fields.flatMap(([name, { pointer, operation, maxBytes, trim = true, normalise, purpose }]) => [
      name,
      pointer,
      flag(operation === "add"),
      maxBytes,
      flag(trim),
      normalise,
      purpose,
    ]),
    required.length,
    ...required,
    ...consent.flat(),
  ];
}
