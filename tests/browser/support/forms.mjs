/** Profile forms: a page with a worker in control, posts of every kind, and the key holder's tools. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "./folder.mjs";
import { guestsync, startGateway } from "./gateway.mjs";
import { startSession } from "./session.mjs";

/**
 * A gateway whose worker has these options.
 * @param {import("./scope.mjs").Scope} scope
 * @param {string} worker lines of the `[worker]` table
 */
export async function startGatewayWith(scope, worker) {
  const file = join(await temporaryFolder(scope), "guestsync.toml");
  await writeFile(file, `[worker]\n${worker}\n`);
  return startGateway(scope, { args: ["--config", file] });
}

/**
 * A page with a guest session and the worker in control, in a browser context of its own.
 * @param {import("playwright-core").Browser} browser
 * @param {string} origin the gateway's
 */
export async function openFormPage(browser, origin) {
  const context = await browser.newContext();
  const { page, guestId } = await startSession(context, origin);
  await registerWorker(page);
  return { context, page, guestId };
}

/** @param {import("playwright-core").Page} page */
export async function registerWorker(page) {
  await page.evaluate(async () => {
    const { registerGuestWorker } = await import(/** @type {string} */ ("/guestsync/index.js"));
    await registerGuestWorker("/sw.js");
    if (!navigator.serviceWorker.controller) throw new Error("no worker is in control");
  });
}

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {any} body parsed
 * @property {string} text
 * @property {boolean} byWorker whether a service worker gave it
 */

/**
 * Posts by `fetch` from the page.
 * @param {import("playwright-core").Page} page
 * @param {"urlencoded" | "multipart" | "json" | { contentType: string, body: string }} how
 * @param {Record<string, unknown>} fields
 * @param {{ path?: string, init?: RequestInit }} [more]
 * @returns {Promise<Answer>}
 */
export async function postByFetch(page, how, fields, { path = "/api/profile-sync", init = {} } = {}) {
  const answered = page.waitForResponse((response) => new URL(response.url()).pathname === path);
  const answer = await page.evaluate(
    async ({ how, fields, path, init }) => {
      /** @type {RequestInit} */
      const request = { method: "POST", ...init };
      const typed = (/** @type {string} */ type, /** @type {string} */ body) => {
        Object.assign(request, { body, headers: { "content-type": type } });
      };
      if (typeof how === "object") typed(how.contentType, how.body);
      else if (how === "json") typed("application/json", JSON.stringify(fields));
      else {
        const form = new FormData();
        for (const [name, value] of Object.entries(fields)) form.append(name, String(value));
        request.body = how === "multipart" ? form : new URLSearchParams([...form].map(([name, value]) => [name, String(value)]));
      }
      const answer = await fetch(path, request);
      return { status: answer.status, text: await answer.text() };
    },
    { how, fields, path, init },
  );
  return { ...answer, body: parsed(answer.text), byWorker: (await answered).fromServiceWorker() };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Puts a plain HTML form into the page and submits it, as a page without script does.
 * @param {import("playwright-core").Page} page
 * @param {Record<string, string>} fields
 * @param {{ action?: string, enctype?: string, target?: string, html?: string }} [form] `html`: further content of the form
 */
export async function submitForm(page, fields, { action = "/api/profile-sync", enctype = "", target = "", html = "" } = {}) {
  await page.evaluate(
    ({ fields, action, enctype, target, html }) => {
      const form = document.createElement("form");
      Object.assign(form, { method: "post", action, target });
      if (enctype) form.enctype = enctype;
      form.innerHTML = html;
      for (const [name, value] of Object.entries(fields)) {
        const input = document.createElement("textarea");
        Object.assign(input, { name, value });
        form.append(input);
      }
      document.body.append(form);
      form.submit();
    },
    { fields, action, enctype, target, html },
  );
}

/**
 * Submits a form and gives the response that the page navigates to.
 * @param {import("playwright-core").Page} page
 * @param {Record<string, string>} fields
 * @param {Parameters<typeof submitForm>[2]} [form]
 */
export async function navigateByForm(page, fields, form) {
  const [response] = await Promise.all([page.waitForNavigation(), submitForm(page, fields, form)]);
  if (!response) throw new Error("the navigation has no response");
  return response;
}

/**
 * `guestsync open` of a value or a profile.
 * @param {import("./gateway.mjs").Gateway} gateway
 * @param {string[]} args
 * @param {string} input
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>}
 */
export function openSealed(gateway, args, input) {
  return new Promise((resolve) => {
    const all = ["open", "--state-dir", join(gateway.stateDir, "sandbox"), ...args];
    const child = execFile(guestsync, all, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

/**
 * The private keys of a gateway with the sandbox.
 * @param {import("./gateway.mjs").Gateway} gateway
 * @returns {Promise<Record<string, string>[]>}
 */
export async function privateKeys(gateway) {
  return JSON.parse(await readFile(join(gateway.stateDir, "sandbox", "sealing.jwks.json"), "utf8")).keys;
}
