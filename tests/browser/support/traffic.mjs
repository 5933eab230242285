/** Everything that a page and its service worker receive and send, for sweeps that look for what must not be there. */

/**
 * @typedef {object} Exchange
 * @property {string} url
 * @property {string} method
 * @property {boolean} byWorker whether the service worker made the request
 * @property {boolean} fromWorker whether the service worker gave the answer
 * @property {Record<string, string>} requestHeaders
 * @property {string} requestBody
 * @property {number} status
 * @property {Record<string, string>} responseHeaders
 * @property {Buffer} body empty for a redirect, which has none to read
 */

/**
 * Records every answer in a browser context from now on.
 * @param {import("playwright-core").BrowserContext} context
 * @returns {{ exchanges: () => Promise<Exchange[]> }} `exchanges` waits for bodies that are still being read
 */
export function recordTraffic(context) {
  /** @type {Promise<Exchange>[]} */
  const exchanges = [];
  context.on("response", (response) => {
    const exchange = read(response);
    // A body that the end of its page has taken away is an error for whoever asks for the exchanges, and for nobody else.
    exchange.catch(() => {});
    exchanges.push(exchange);
  });
  return { exchanges: () => Promise.all(exchanges) };
}

/** @param {import("playwright-core").Response} response @returns {Promise<Exchange>} */
async function read(response) {
  const request = response.request();
  const redirect = response.status() >= 300 && response.status() < 400;
  return {
    url: response.url(),
    method: request.method(),
    byWorker: request.serviceWorker() !== null,
    fromWorker: response.fromServiceWorker(),
    requestHeaders: await request.allHeaders(),
    requestBody: request.postDataBuffer()?.toString("utf8") ?? "",
    status: response.status(),
    responseHeaders: await response.allHeaders(),
    body: redirect ? Buffer.alloc(0) : await response.body(),
  };
}

/** @param {Exchange} exchange @returns {string} all of it as text, in which a sweep can search */
export function transcript({ method, url, requestHeaders, requestBody, status, responseHeaders, body }) {
  const headers = (/** @type {Record<string, string>} */ all) => Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [
    `${method} ${url}`,
    ...headers(requestHeaders),
    "",
    requestBody,
    "",
    status,
    ...headers(responseHeaders),
    "",
    body.toString("latin1"),
  ].join("\n");
}
