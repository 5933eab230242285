import { withoutMachine } from "./fallback.js";
import { type Machine, startMachine } from "./machine.js";
import { isProfileForm } from "./match.js";
import type { ProfileFormsOptions } from "./options.js";
import { type Settings, settingsOf } from "./settings.js";
import { loadWasm, storeFiles } from "./wasm.js";

const scope = self as unknown as ServiceWorkerGlobalScope;

/** Registers the listeners; to be called while the script is evaluated for the first time. */
export function listen(options: ProfileFormsOptions, wasm: string): void {
  const settings = settingsOf(options, wasm);
  let starting: Promise<Machine> | undefined;
  // Once, and only when it is needed: a worker starts for every request of its pages.
  const machine = () =>
    (starting ??= startMachine(settings).catch((error: unknown) => {
      starting = undefined;
      throw error;
    }));

  scope.addEventListener("install", (event) => event.waitUntil(install(settings, machine)));
  scope.addEventListener("fetch", (event) => {
    const { request } = event;
    if (!isProfileForm(request, settings)) return;
    const answer = machine().then(
      ({ answer }) => answer(request),
      (error: unknown) => withoutMachine(request, error),
    );
    event.respondWith(answer);
  });
}

/** Options that the core refuses fail the installation. A file that cannot be had does not: it is asked for again when needed. */
async function install(settings: Settings, machine: () => Promise<Machine>): Promise<void> {
  await storeFiles(settings.wasm, settings.keys);
  try {
    await loadWasm(settings.wasm);
  } catch (error) {
    return console.error(error);
  }
  (await machine()).prepare();
}
