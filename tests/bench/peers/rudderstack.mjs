/** `@rudderstack/analytics-js`, the build that brings its plugins along, told its source's settings instead of fetching them. */
import { RudderAnalytics } from "@rudderstack/analytics-js/bundled";

/** @type {import("./peer.js").Peer["start"]} */
export function start({ collector }) {
  const analytics = new RudderAnalytics();
  const source = {
    id: "bench",
    name: "bench",
    writeKey: "bench",
    enabled: true,
    workspaceId: "bench",
    updatedAt: "2026-01-01T00:00:00Z",
    config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
    dataplanes: {},
    connections: [],
    destinations: [],
  };
  analytics.load("bench-write-key", `${collector}/rudderstack`, {
    getSourceConfig: () => ({ source }),
    logLevel: "NONE",
    queueOptions: { batch: { enabled: true, maxItems: 10, flushInterval: 2000 } },
    sendAdblockPage: false,
  });
  const ready = new Promise((resolve) => analytics.ready(() => resolve(undefined)));
  return { ready, set: (key, value) => analytics.track("attribute", { key, value }) };
}
