import { GuestSyncError } from "./errors.js";
import { absolute } from "./effect/absolute.js";
import { serviceWorkers } from "./effect/workers.js";
import { nudge } from "./forms.js";
import type { Registration, Url } from "./platform.js";

/** The options of {@link registerGuestWorker}. */
export interface RegisterGuestWorkerOptions {
  /** The pages that the worker serves. Default: all below the script's folder. */
  scope?: string | undefined;
  /** A new version of the worker has taken over this page. */
  onUpdate?: ((registration: Registration) => void) | undefined;
}

/** A worker that takes over open pages has done so by then; one that does not is not waited for any longer. */
const TAKEOVER_MS = 1_000;

/**
 * Registers the service worker that answers profile forms, and waits until it is active and, where it takes over open pages as
 * `/sw.js` does, in control of this one. Where the worker cannot be had, forms go to the gateway.
 *
 * @param url the script, on this site's own origin.
 * @throws {GuestSyncError} `worker.insecure`: the page is neither served over HTTPS nor from this machine; `worker.unsupported`:
 *   the browser has no service workers here (private windows, Lockdown Mode, sandboxed frames); `worker.origin`: the script is another site's;
 *   `worker.script`: it could not be fetched or run; `worker.install`: it refused its options or could not be installed.
 */
export async function registerGuestWorker(
  url: string | Url = "/sw.js",
  options: RegisterGuestWorkerOptions = {},
): Promise<Registration> {
  if (globalThis.isSecureContext === false) throw new GuestSyncError("worker.insecure", "Service workers need HTTPS, or a page from this machine.");
  const container = serviceWorkers();
  if (!container) throw new GuestSyncError("worker.unsupported", "This browser has no service workers here.");
  const script = absolute(url);
  if (script.origin !== location.origin) throw new GuestSyncError("worker.origin", "The worker's script is on another site.");

  const { scope, onUpdate } = options;
  const settings: RegistrationOptions = { updateViaCache: "none", ...(scope === undefined ? {} : { scope }) };
  const registration = await container.register(trusted(script.href), settings).catch((error: unknown) => {
    throw new GuestSyncError("worker.script", `The worker's script could not be registered: ${String(error)}`);
  });
  await active(registration);
  await control(container);
  nudge();
  if (onUpdate) container.addEventListener("controllerchange", () => onUpdate(registration));
  return registration;
}

/** Resolves when there is an active worker; rejects when the first one could not be installed. */
function active({ active, installing, waiting }: ServiceWorkerRegistration): Promise<void> {
  const first = installing ?? waiting;
  if (active || !first) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const look = () => {
      if (first.state === "activated") resolve();
      if (first.state === "redundant") reject(new GuestSyncError("worker.install", "The worker could not be installed."));
    };
    first.addEventListener("statechange", look);
    look();
  });
}

/** Resolves when this page has a worker in control, or none is coming. */
async function control(container: ServiceWorkerContainer): Promise<void> {
  if (container.controller) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, TAKEOVER_MS);
    const taken = () => (clearTimeout(timer), resolve());
    container.addEventListener("controllerchange", taken, { once: true });
  });
}

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

let policy: ReturnType<Policies["createPolicy"]> | undefined;

/** The address for a page under Trusted Types, by the policy `guestsync`; it is one of this site's own. */
function trusted(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: Policies };
  try {
    policy ??= trustedTypes?.createPolicy("guestsync", { createScriptURL: (own) => own });
  } catch {
    // The page's policy does not name ours: it decides by itself what to think of a plain address.
  }
  return policy?.createScriptURL(url) ?? url;
}
