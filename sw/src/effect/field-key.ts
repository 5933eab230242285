import { ask, timeout } from "../../../www/src/effect/http.js";
import type { Core } from "../core.js";
import * as Tell from "../tell.js";

/** Gets the guest's own key, for the `shared` mode. */
export async function getFieldKey(core: Core, guest: string, token: string, url: string): Promise<void> {
  const { status, now, answer, body } = await ask(url, {
    method: "POST",
    credentials: "omit",
    headers: { authorization: `Bearer ${token}`, accept: "application/json" },
    signal: timeout(core.limits.patienceMs),
  });
  const { key: text, expiresAt } = body;
  const key = typeof text === "string" ? bytesOf(text) : undefined;
  if (status !== 200 || !key) return core.tell(Tell.fieldKeyFailed, guest, status, answer[1]);
  core.secretly(key, Tell.fieldKey, guest, Date.parse(String(expiresAt)) - now);
}

/** What a text in base64url says; undefined where it is none. */
function bytesOf(base64url: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(base64url.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
