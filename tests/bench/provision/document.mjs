/**
 * The design document's algorithm, written anew: a lookup by the first match, three tries a channel, waits by `parseInt`, a lost answer
 * repeated as it was. One channel after the other.
 */

/** @param {number} ms */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * @param {import("../support/sandbox.mjs").Sandbox} sandbox @param {{ name: string }[]} channels
 * @returns {Promise<Set<string>>} the names that it reports as made
 */
export async function byTheDocument(sandbox, channels) {
  const form = new URLSearchParams({ grant_type: "client_credentials", client_id: "sandbox", client_secret: sandbox.secret });
  const { access_token: token } = await (await fetch(`${sandbox.base}/oauth/token`, { method: "POST", body: form })).json();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const address = `${sandbox.base}/api/v2/webmessaging/channels`;

  const isFree = async (/** @type {string} */ name) => {
    const answer = await fetch(`${address}?name=${encodeURIComponent(name)}&pageSize=1`, { headers });
    return answer.ok ? (await answer.json()).entities.length === 0 : answer.status === 404;
  };
  const make = async (/** @type {{ name: string }} */ channel) => {
    for (let tries = 1; tries <= 3; tries += 1) {
      try {
        const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(channel) });
        if (answer.ok) return true;
        if (answer.status === 429) await sleep(Number.parseInt(answer.headers.get("retry-after") ?? String(2 ** tries), 10) * 1000);
        if (answer.status === 400 || answer.status === 409) return false;
      } catch {
        await sleep(1000 * tries);
      }
    }
    return false;
  };
  const made = new Set();
  for (const channel of channels) {
    // There a lookup without an answer ends the program; here it fails the channel, which is kinder.
    const free = await isFree(channel.name).catch(() => false);
    if (free && (await make(channel))) made.add(channel.name);
  }
  return made;
}
