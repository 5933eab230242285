import { absolute } from "./absolute.js";
import type { Requests } from "./requests.js";

/** Sends the event of a delivery. The capability goes to the gateway's own origin only. */
export async function sendHook(
  requests: Requests,
  url: string,
  endpoint: string,
  ...[send, timeoutMs, token, id, body]: [send: number, timeoutMs: number, token: string, id: string, body: string]
): Promise<void> {
  const event = JSON.parse(body) as { syncedAt: number };
  const headers: Record<string, string> = { "content-type": "application/json", "idempotency-key": id };
  if (absolute(url).origin === absolute(endpoint).origin) headers["authorization"] = `Bearer ${token}`;
  const at = new Date(event.syncedAt).toISOString();
  await requests.ask(send, timeoutMs, url, { method: "POST", headers, body: JSON.stringify({ ...event, syncedAt: at }) });
}
