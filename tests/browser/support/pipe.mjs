/**
 * Chromium driven by the DevTools protocol alone, over a pipe: Playwright keeps every page focused and visible, and such a page cannot
 * be frozen.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { args, executablePath } from "./chromium.mjs";
import { temporaryFolder } from "./folder.mjs";
import { atEnd } from "./scope.mjs";
import { until } from "./wait.mjs";

/** @typedef {(method: string, params?: object, session?: string) => Promise<any>} Send */
/** @typedef {{ send: Send, evaluate: (expression: string) => Promise<any> }} Tab */

/** @param {import("./scope.mjs").Scope} scope @returns {Promise<{ open: (url: string) => Promise<Tab> }>} `open` opens a tab in front of the others */
export async function launchByPipe(scope) {
  const profile = await temporaryFolder(scope);
  const own = ["--headless", "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"];
  const browser = spawn(executablePath, [...args, ...own], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const ended = once(browser, "close");
  atEnd(scope, async () => {
    browser.kill("SIGKILL");
    await ended;
  });
  const send = connect(/** @type {import("node:stream").Writable} */ (browser.stdio[3]), /** @type {import("node:stream").Readable} */ (browser.stdio[4]));
  return {
    async open(url) {
      const { targetId } = await send("Target.createTarget", { url });
      const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
      /** @type {Tab["evaluate"]} */
      const evaluate = async (expression) => {
        const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true }, sessionId);
        if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value;
      };
      await until(`${url} to load`, () => evaluate(`location.href.startsWith(${JSON.stringify(url)}) && document.readyState === "complete"`));
      return { evaluate, send: (method, params) => send(method, params, sessionId) };
    },
  };
}

/** Messages are JSON, each ended by a zero byte. @param {import("node:stream").Writable} to @param {import("node:stream").Readable} from @returns {Send} */
function connect(to, from) {
  /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
  const waiting = new Map();
  let last = 0;
  let text = "";
  from.setEncoding("utf8");
  from.on("data", (chunk) => {
    const messages = (text + chunk).split("\0");
    text = messages.pop() ?? "";
    for (const message of messages) {
      const { id, result, error } = JSON.parse(message);
      if (error) waiting.get(id)?.reject(new Error(error.message));
      else waiting.get(id)?.resolve(result);
      waiting.delete(id);
    }
  });
  return (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      to.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
    });
}
