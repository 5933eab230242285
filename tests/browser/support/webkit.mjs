/** WebKit (GTK), where Debian's packages webkit2gtk-driver and xvfb are found, by WebDriver. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { endWith } from "./child.mjs";
import { freePort } from "./ports.mjs";
import { resultOf, scriptOf } from "./in-page.mjs";
import { atEnd } from "./scope.mjs";
import { until } from "./wait.mjs";

const programs = ["/usr/bin/WebKitWebDriver", "/usr/bin/Xvfb"];

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
    const display = start(scope, "Xvfb", ["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]);
    let number = "";
    display.stdout.on("data", (chunk) => (number += chunk));
    await until("a display", () => number.endsWith("\n"), { within: 30_000 });
    const port = await freePort();
    const driver = `http://127.0.0.1:${port}`;
    start(scope, "WebKitWebDriver", [`--port=${port}`], { ...environment, DISPLAY: `:${number.trim()}` });
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

/**
 * A program that ends with the scope.
 * @param {import("./scope.mjs").Scope} scope
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
function start(scope, program, args, env = {}) {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "ignore"] });
  child.stdout.resume();
  endWith(scope, child);
  return child;
}

/** @param {string} url @param {object} body */
async function ask(url, body) {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}
