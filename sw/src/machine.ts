import { ProfileWorker, WorkerOptions } from "#worker-glue";
import { readForm } from "./effect/form.js";
import { hostOf } from "./host.js";
import type { Settings } from "./settings.js";
import { loadWasm } from "./wasm.js";

/** The loaded machine of one {@link serveProfileForms}. */
export interface Machine {
  /** Answers a posted form. */
  answer(request: Request): Promise<Response>;
  /** Gets what can be had before a form comes. */
  prepare(): void;
}

/** Loads the wasm and starts the machine. */
export async function startMachine(settings: Settings): Promise<Machine> {
  await loadWasm(settings.wasm);
  const waiting = new Map<number, (answer: Response) => void>();
  const respond = (form: number, answer: Response) => {
    waiting.get(form)?.(answer);
    waiting.delete(form);
  };
  const worker: ProfileWorker = new ProfileWorker(optionsOf(settings), hostOf(settings, () => worker, respond));
  let forms = 0;
  return {
    answer(request) {
      const form = forms++;
      const answer = new Promise<Response>((resolve) => waiting.set(form, resolve));
      void readForm(worker, form, request);
      return answer;
    },
    prepare: () => worker.prepare(),
  };
}

function optionsOf(settings: Settings): WorkerOptions {
  const options = new WorkerOptions();
  for (const [name, field] of settings.fields) {
    const { pointer, operation, maxBytes, trim = true, purpose } = field;
    options.field(name, pointer, operation === "add", maxBytes, trim, purpose);
  }
  for (const name of settings.required) options.require(name);
  for (const [purpose, field] of settings.consent) options.consent(purpose, field);
  if (settings.refuseUnknown) options.refuseUnknown();
  if (settings.shared) options.shared(settings.bound);
  if (settings.redirect !== undefined) options.redirect(settings.redirect);
  return options;
}
