import { askEarly, keepKeys } from "./effect/keys.js";
import { someWait } from "./effect/forms.js";
import { deliverAttributes } from "./attributes.js";
import { attributesTag, registerSync, syncTag, whileFiring } from "./effect/sync.js";
import { withoutMachine } from "./fallback.js";
import { type Machine, startMachine } from "./machine.js";
import { isProfileForm } from "./match.js";
import { askedBy, isWaiting } from "./messages.js";
import type { ProfileFormsOptions } from "./options.js";
import { isReplaced } from "./replaced.js";
import { type Settings, settingsOf } from "./settings.js";
import { keepWasm, loadWasm, removeEarlier } from "./wasm.js";

const scope = self as unknown as ServiceWorkerGlobalScope;

/** Registers the listeners; to be called while the script is evaluated for the first time. */
export function listen(options: ProfileFormsOptions, wasm: string, pageWasm: string): void {
  const settings = settingsOf(options, wasm, pageWasm);
  let starting: Promise<Machine> | undefined;
  // Once, and only when it is needed: a worker starts for every request of its pages.
  const machine = () =>
    (starting ??= startMachine(settings).catch((error: unknown) => {
      starting = undefined;
      throw error;
    }));

  scope.addEventListener("install", (event) => event.waitUntil(install(settings, machine)));
  // A worker that starts, for whatever request, sees to what was left behind; where nothing was, no wasm is loaded.
  let looked = false;
  const look = async () => {
    if (await someWait()) await machine().then(drain);
    await takeOver();
  };
  let taking: Promise<void> | undefined;
  const takeOver = () => (taking ??= attributesLeft(settings).finally(() => (taking = undefined)));
  scope.addEventListener("fetch", (event) => {
    const { request } = event;
    if (!isProfileForm(request, settings)) {
      if (!looked) event.waitUntil(look().catch(() => {}));
      looked = true;
      return;
    }
    looked = true;
    if (!starting && !settings.shared) askEarly(settings.keys);
    const answer = machine().then(
      ({ answer }) => answer(request),
      (error: unknown) => withoutMachine(request, error),
    );
    event.respondWith(answer);
    // The answer is given before the queue has come to rest.
    event.waitUntil(answer.then(async () => (await starting)?.rest()).catch(() => {}));
  });
  scope.addEventListener("activate", (event) => {
    event.waitUntil(removeEarlier(settings.wasm));
    // Every request of the site waits until the activation has ended: what is left behind is seen to beside it.
    look().catch(() => {});
  });
  // A new version takes over when this one has no event left to wait for.
  scope.registration.addEventListener("updatefound", () => {
    if (isReplaced()) void starting?.then((machine) => machine.leave());
  });
  scope.addEventListener("message", (event) => {
    const act = askedBy(event);
    if (act === "left") event.waitUntil(takeOver().catch(() => {}));
    else if (act) event.waitUntil(machine().then(act).catch(() => {}));
  });
  scope.addEventListener("sync" as keyof ServiceWorkerGlobalScopeEventMap, (event) => {
    const { tag } = event as Event & { tag?: string };
    if (tag === syncTag) (event as ExtendableEvent).waitUntil(machine().then((machine) => whileFiring(() => synced(machine))));
    if (tag === attributesTag) (event as ExtendableEvent).waitUntil(attributesSynced(settings));
  });
}

async function drain(machine: Machine): Promise<void> {
  machine.wake(false);
  await machine.rest();
}

/** Pages come first: they send their own as long as they are there. */
const PAGES_FIRST_MS = 3_000;

/** Sends what pages have left, and asks to be started again where that is not all. */
async function attributesLeft(settings: Settings): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, PAGES_FIRST_MS));
  if (await deliverAttributes(settings)) registerSync(attributesTag);
}

async function attributesSynced(settings: Settings): Promise<void> {
  if (await deliverAttributes(settings)) throw new Error("guestsync: attributes still wait");
}

/** A rejection has the browser try again later. */
async function synced(machine: Machine): Promise<void> {
  await drain(machine);
  if (isWaiting(await machine.status())) throw new Error("guestsync: forms still wait");
}

/** Options that the core refuses fail the installation. A file that cannot be had does not: it is asked for again when needed. */
async function install(settings: Settings, machine: () => Promise<Machine>): Promise<void> {
  await Promise.all([keepWasm(settings.wasm), keepKeys(settings.keys)]);
  try {
    await loadWasm(settings.wasm);
  } catch (error) {
    return console.error(error);
  }
  (await machine()).prepare();
}
