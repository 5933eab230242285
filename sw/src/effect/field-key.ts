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
  const key = bytesOf(text(body["key"]));
  if (status !== 200 || !key) return core.tell("fieldKeyFailed", guest, status, code);
  core.secretly(key, "fieldKey", guest, left(body["expiresAt"], headers));
}

/** What a text in base64url says; undefined where it is none. */
function bytesOf(base64url = ""): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(base64url.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
