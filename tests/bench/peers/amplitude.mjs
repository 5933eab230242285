/** `@amplitude/analytics-browser`, without what it collects on its own. */
import * as amplitude from "@amplitude/analytics-browser";

/** @type {import("./peer.js").Peer["start"]} */
export function start({ collector, guest }) {
  const options = { serverUrl: `${collector}/amplitude`, autocapture: false, remoteConfig: { fetchRemoteConfig: false }, logLevel: 0 };
  const ready = amplitude.init("bench", guest, options).promise;
  return { ready, set: (key, value) => amplitude.track("attribute", { key, value }) };
}
