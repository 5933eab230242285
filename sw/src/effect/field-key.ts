import type { ProfileWorker } from "#worker-glue";
import { ask, handOver, patience, text } from "./http.js";
import { moment } from "./token.js";

/** Gets the guest's own key, for the `shared` mode. */
export async function getFieldKey(worker: ProfileWorker, guest: string, token: string, url: string): Promise<void> {
  const { status, code, body, headers } = await ask(url, {
    method: "POST",
    credentials: "omit",
    headers: { authorization: `Bearer ${token}`, accept: "application/json" },
    signal: patience(),
  });
  const key = text(body["key"]);
  if (status !== 200 || key === undefined) return worker.fieldKeyFailed(guest, status, code);
  handOver(key, (utf8) => worker.fieldKey(guest, utf8, moment(body["expiresAt"]), moment(headers.get("date"))));
}
