/** `@snowplow/browser-tracker`, with structured events. */
import { newTracker, trackStructEvent } from "@snowplow/browser-tracker";

/** @type {import("./peer.js").Peer["start"]} */
export function start({ collector }) {
  newTracker("bench", collector, { appId: "bench", postPath: "/snowplow/tp2", eventMethod: "post", stateStorageStrategy: "localStorage" });
  return { set: (key, value) => trackStructEvent({ category: "attribute", action: "set", label: key, property: String(value) }) };
}
