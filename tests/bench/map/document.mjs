/**
 * The design document's algorithm, written anew: the permission, the attributes of each group up to the top, everything read before anything
 * is sent, batches of 500 one after another, a line for each, three tries after a 429, the end at any other error. No value is checked. It
 * waits for nothing but answers. As a process: `node document.mjs BASE SECRET ORGANISATION FILE`.
 */
import { readFile } from "node:fs/promises";

const [base = "", secret = "", organisation = "", file = ""] = process.argv.slice(2);
const fields = { ticketId: "crm_ticket_id", priority: "crm_ticket_priority", sourceChannel: "crm_channel_source" };
const form = new URLSearchParams({ grant_type: "client_credentials", client_id: "sandbox", client_secret: secret });
const { access_token: token } = await (await fetch(`${base}/oauth/token`, { method: "POST", body: form })).json();
const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };

async function requirePermission() {
  const answer = await fetch(`${base}/api/v2/accesscontrol/roles/effectivepermissions`, { headers });
  if (!answer.ok) throw new Error(`the permission check failed: ${answer.status}`);
  const found = (await answer.json()).find((/** @type {{ permissionId: string }} */ { permissionId }) => permissionId === "customattributes:write");
  if (!found?.value) throw new Error("customattributes:write is missing");
}

/** The first page of each group up to the top. @returns {Promise<string[]>} */
async function allowed() {
  /** @type {string[]} */
  const names = [];
  for (let group = organisation; group; ) {
    const page = await fetch(`${base}/api/v2/customattributes?orgId=${group}&pageSize=100`, { headers });
    if (!page.ok) break;
    for (const { name } of (await page.json()).entities) names.push(name);
    const above = await fetch(`${base}/api/v2/groups/${group}`, { headers });
    group = above.ok ? (await above.json()).parentId : "";
  }
  return [...new Set(names)];
}

/** @param {unknown[]} entities */
async function send(entities) {
  for (let tries = 0; tries < 3; tries += 1) {
    const answer = await fetch(`${base}/api/v2/customattributes/batch`, { method: "POST", headers, body: JSON.stringify({ entities, partialUpdate: true }) });
    if (answer.ok) return void (await answer.arrayBuffer());
    if (answer.status !== 429) throw new Error(`the batch was refused: ${answer.status}`);
    await new Promise((resolve) => setTimeout(resolve, Number(answer.headers.get("retry-after") ?? 2 ** tries + 1) * 1000));
  }
  throw new Error("429 three times");
}

await requirePermission();
const names = await allowed();
const records = (await readFile(file, "utf8")).split("\n").filter(Boolean).map((line) => JSON.parse(line));
const entities = records.map((record) => {
  /** @type {Record<string, unknown>} */
  const entity = { id: record.ticketId ?? record.id };
  for (const [from, to] of Object.entries(fields)) if (names.includes(to) && record[from] != null) entity[to] = record[from];
  return entity;
});
for (let from = 0; from < entities.length; from += 500) {
  await send(entities.slice(from, from + 500));
  console.log(`batch ${from / 500 + 1} was processed`);
}
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ cpu: (user + system) / 1e6 }));
