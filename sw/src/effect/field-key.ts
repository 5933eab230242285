import type { Core } from "../core.js";
import { ask, left, text } from "./http.js";

/** Gets the guest's own key, for the `shared` mode. */
export async function getFieldKey(core: Core, guest: string, token: string, url: string): Promise<void> {
  const { status, code, body, headers } = await ask(url, {
    method: "POST",
    credentials: "omit",
    headers: { authorization: `Bearer ${token}`, accept: "application/json" },
    signal: AbortSignal.timeout(core.limits.patienceMs),
  });
  const key = text(body["key"]);
  if (status !== 200 || key === undefined) return core.tell("fieldKeyFailed", guest, status, code);
  core.tell("fieldKey", guest, key, left(body["expiresAt"], headers));
}
