/**
 * Firefox, where it is found (`FIREFOX` names one), by its own remote protocol Marionette: what is asked of it here is a page and scripts.
 * `playwright-core` drives builds of its own only.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { endWith } from "./child.mjs";
import { temporaryFolder } from "./folder.mjs";
import { resultOf, scriptOf } from "./in-page.mjs";
import { atEnd } from "./scope.mjs";
import { until } from "./wait.mjs";

/** The browser's path; undefined where there is none. */
export const firefox = [process.env.FIREFOX ?? "", "/usr/bin/firefox-esr", "/usr/bin/firefox"].find((path) => path !== "" && existsSync(path));

/** Nothing is fetched that the test does not ask for, and the port is whichever is free. */
const settings = {
  "marionette.port": 0,
  "app.normandy.enabled": false,
  "app.update.disabledForTesting": true,
  "browser.safebrowsing.downloads.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,none",
};

export class Firefox {
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  #asked = new Map();
  #count = 0;
  #received = Buffer.alloc(0);

  /** @param {import("node:net").Socket} socket */
  constructor(socket) {
    this.socket = socket;
    socket.on("data", (bytes) => this.#read(bytes));
    socket.on("close", () => {
      for (const { reject } of this.#asked.values()) reject(new Error("Firefox is gone"));
    });
  }

  /** @param {import("./scope.mjs").Scope} scope @param {string} path */
  static async launch(scope, path) {
    const profile = await temporaryFolder(scope);
    const lines = Object.entries(settings).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`);
    await writeFile(join(profile, "user.js"), lines.join("\n"));
    const child = spawn(path, ["--headless", "--marionette", "--no-remote", "--profile", profile], { stdio: "ignore" });
    endWith(scope, child);
    const port = await until("Firefox to listen", async () => Number(await readFile(join(profile, "MarionetteActivePort"), "utf8")), { within: 30_000 });
    const socket = connect(port, "127.0.0.1");
    atEnd(scope, () => void socket.destroy());
    const browser = new Firefox(socket);
    await browser.ask("WebDriver:NewSession", { timeouts: { script: 30_000 } });
    return browser;
  }

  /** @param {string} url */
  async goto(url) {
    await this.ask("WebDriver:Navigate", { url });
  }

  /**
   * Runs a function in the page.
   * @template T
   * @param {(...args: any[]) => T} act
   * @param {...unknown} args
   * @returns {Promise<Awaited<T>>}
   */
  async run(act, ...args) {
    return resultOf((await this.ask("WebDriver:ExecuteAsyncScript", { script: scriptOf(act), args })).value);
  }

  /** @param {string} command @param {object} [parameters] @returns {Promise<any>} */
  ask(command, parameters = {}) {
    const id = ++this.#count;
    const text = JSON.stringify([0, id, command, parameters]);
    const answer = new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
    this.socket.write(`${Buffer.byteLength(text)}:${text}`);
    return answer;
  }

  /** Messages are JSON after their length; the first is a greeting. @param {Buffer} bytes */
  #read(bytes) {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const colon = this.#received.indexOf(":");
      const end = colon + 1 + Number(this.#received.subarray(0, Math.max(colon, 0)).toString());
      if (colon < 0 || this.#received.length < end) return;
      const message = JSON.parse(this.#received.subarray(colon + 1, end).toString());
      this.#received = this.#received.subarray(end);
      if (!Array.isArray(message)) continue;
      const [, id, error, result] = message;
      const asked = this.#asked.get(id);
      this.#asked.delete(id);
      if (error) asked?.reject(new Error(`${error.error}: ${error.message}`));
      else asked?.resolve(result);
    }
  }
}
