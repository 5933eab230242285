import * as tells from "../codes/tells.js";
import type { Tell } from "../tell.js";
import { ask, timeout } from "./http.js";

/** Sends the event of a delivery. The capability goes to the gateway's own origin only. */
export async function sendHook(
  tell: Tell,
  url: string,
  endpoint: string,
  ...[send, timeoutMs, token, id, body]: [send: number, timeoutMs: number, token: string, id: string, body: string]
): Promise<void> {
  const event = JSON.parse(body) as { syncedAt: number };
  const headers: Record<string, string> = { "content-type": "application/json", "idempotency-key": id };
  const origin = (of: string) => new URL(of, globalThis.location?.href).origin;
  if (origin(url) === origin(endpoint)) headers["authorization"] = `Bearer ${token}`;
  const { status, answer } = await ask(url, {
    method: "POST",
    credentials: "omit",
    headers,
    body: JSON.stringify({ ...event, syncedAt: new Date(event.syncedAt).toISOString() }),
    signal: timeout(timeoutMs),
  });
  if (status) tell(tells.answered, send, ...answer);
  else tell(tells.sendFailed, send);
}
