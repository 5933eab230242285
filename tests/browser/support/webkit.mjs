/** WebKit (GTK), where Debian's packages webkit2gtk-driver and xvfb are found, by WebDriver. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { freePort } from "./ports.mjs";
import { resultOf, scriptOf } from "./in-page.mjs";
import { atEnd } from "./scope.mjs";
import { until } from "./wait.mjs";

const programs = ["/usr/bin/WebKitWebDriver", "/usr/bin/xvfb-run"];

/** Its browser for tests lies beside the library. */
const browsers = existsSync("/usr/lib") ? readdirSync("/usr/lib").map((folder) => `/usr/lib/${folder}/webkit2gtk-4.1/MiniBrowser`) : [];

/** The browser's path; undefined where something is missing. */
export const webkit = programs.every((path) => existsSync(path)) ? browsers.find((path) => existsSync(path)) : undefined;

const environment = { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", WEBKIT_DISABLE_COMPOSITING_MODE: "1", LIBGL_ALWAYS_SOFTWARE: "1" };

export class WebKit {
  /** @param {string} session its address */
  constructor(session) {
    this.session = session;
  }

  /** @param {import("./scope.mjs").Scope} scope @param {string} binary */
  static async launch(scope, binary) {
    const port = await freePort();
    const driver = `http://127.0.0.1:${port}`;
    // A group of its own: the display and the browser end with it.
    const child = spawn("xvfb-run", ["-a", "WebKitWebDriver", `--port=${port}`], { env: { ...process.env, ...environment }, stdio: "ignore", detached: true });
    const ended = new Promise((resolve) => child.once("close", resolve));
    const kill = () => {
      try {
        process.kill(-(child.pid ?? 0), "SIGKILL");
      } catch {
        // It is gone already.
      }
    };
    process.once("exit", kill);
    atEnd(scope, async () => {
      process.removeListener("exit", kill);
      kill();
      await ended;
    });
    await until("WebKitWebDriver to listen", async () => (await fetch(`${driver}/status`)).ok, { within: 30_000 });
    const options = { binary, args: ["--automation"] };
    const { sessionId } = await ask(`${driver}/session`, { capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options, timeouts: { script: 30_000 } } } });
    const session = `${driver}/session/${sessionId}`;
    atEnd(scope, async () => void (await fetch(session, { method: "DELETE" }).catch(() => {})));
    return new WebKit(session);
  }

  /** @param {string} url */
  async goto(url) {
    await ask(`${this.session}/url`, { url });
  }

  /**
   * Runs a function in the page.
   * @template T
   * @param {(...args: any[]) => T} act
   * @param {...unknown} args
   * @returns {Promise<Awaited<T>>}
   */
  async run(act, ...args) {
    return resultOf(await ask(`${this.session}/execute/async`, { script: scriptOf(act), args }));
  }
}

/** @param {string} url @param {object} body */
async function ask(url, body) {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}
