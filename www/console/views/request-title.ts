// Says in words what a request to Genesys does.

const TITLES: readonly (readonly [string, RegExp, string])[] = [
  ["POST", /^\/(login\/)?oauth2?\/token$/, "The gateway logs in"],
  ["POST", /^\/api\/v2\/webchat\/v1\/guests$/, "Create the guest"],
  ["POST", /^\/api\/v2\/webchat\/v1\/guests\/[^/]+\/tokens$/, "Token for Messenger"],
  ["GET", /^\/api\/v2\/webchat\/v1\/guests\/[^/]+$/, "Read the guest"],
  ["PATCH", /^\/api\/v2\/guests\/[^/]+$/, "Patch the profile"],
  ["GET", /^\/api\/v2\/guests\/[^/]+$/, "Read the profile"],
  ["POST", /^\/api\/v2\/conversations\/webmessaging\/guests\/[^/]+\/attributes$/, "Set attributes"],
  ["GET", /^\/api\/v2\/conversations\/webmessaging\/guests\/[^/]+\/attributes$/, "Read attributes"],
];

/** A short title for a request. */
export function requestTitle(method: string, path: string): string {
  const route = path.split("?", 1)[0] ?? path;
  return TITLES.find(([verb, pattern]) => verb === method && pattern.test(route))?.[2] ?? "Other request";
}
