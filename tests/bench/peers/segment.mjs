/** `@segment/analytics-next` in its batching mode, told its settings instead of fetching them. */
import { AnalyticsBrowser } from "@segment/analytics-next";

/** @type {import("./peer.js").Peer["start"]} */
export function start({ collector }) {
  const apiHost = `${collector.replace(/^https?:\/\//, "")}/segment`;
  const cdnSettings = { integrations: { "Segment.io": { apiKey: "bench", apiHost, protocol: "http" } } };
  const deliveryStrategy = { strategy: "batching", config: { size: 10, timeout: 2000 } };
  const integrations = { "Segment.io": { apiHost, protocol: "http", deliveryStrategy } };
  const analytics = AnalyticsBrowser.load({ writeKey: "bench", cdnSettings }, { integrations, retryQueue: true });
  return { ready: analytics.ready(), set: (key, value) => analytics.track("attribute", { key, value }) };
}
