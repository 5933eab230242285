/** P1: rows of both encodings through a real form: written by the browser, read and sealed by the worker, opened by the key holder. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { launchChromium } from "./support/chromium.mjs";
import { openFormPage, startGatewayWith } from "./support/forms.mjs";
import { Sandbox } from "./support/sandbox.mjs";

/**
 * @typedef {object} Row
 * @property {string} what
 * @property {[name: string, value: string][]} fields beside the guest's id
 * @property {string} [charset] of the form's `accept-charset`
 * @property {boolean} [file] a file is chosen as `photo`
 * @property {Record<string, string> | number} result what the key holder reads, or the status of a refusal
 * @property {number} [multipart] in that encoding, where it is another
 */

const many = (/** @type {number} */ count) => Array.from({ length: count }, (_, i) => /** @type {[string, string]} */ ([`x${i}`, "y"]));

/** @type {Row[]} */
const rows = [
  { what: "line ends of each kind, which the browser makes CRLF", fields: [["text", "\none\r\ntwo\rthree\n"]], result: { "/text": "\r\none\r\ntwo\r\nthree\r\n" } },
  { what: "a name with a percent sign and a semicolon", fields: [["per%22cent;=", "value"]], result: { "/percent": "value" } },
  // Browsers escape these in multipart, and neither Chromium nor the gateway takes that back.
  { what: "a name with quotes", fields: [['qu"ote', "value"]], result: { "/quote": "value" }, multipart: 400 },
  { what: "a name with a line end", fields: [["line\nend", "value"]], result: { "/line": "value" }, multipart: 400 },
  { what: "a value of what the encodings are made of", fields: [["text", '+&=%25;#?"\\--\r\n\r\n--x']], result: { "/text": '+&=%25;#?"\\--\r\n\r\n--x' } },
  { what: "characters of every plane, and some that are not seen", fields: [["text", "é漢🦊\u{10ffff}\u200f\ufeff\u0000\u0007"]], result: { "/text": "é漢🦊\u{10ffff}\u200f\ufeff\u0000\u0007" } },
  { what: "half of a pair, which is no character", fields: [["text", "a\ud800b"]], result: { "/text": "a\ufffdb" } },
  { what: "bytes that are no UTF-8", charset: "windows-1252", fields: [["text", "café"]], result: { "/text": "caf\ufffd" }, multipart: 400 },
  { what: "a field twice", fields: [["email", "a@b.c"], ["email", "a@b.c"]], result: 400 },
  { what: "an empty value beside another", fields: [["email", ""], ["text", "kept"]], result: { "/text": "kept" } },
  { what: "names that every object has", fields: [["__proto__", "x"], ["constructor", "x"], ["text", "kept"]], result: { "/text": "kept" } },
  { what: "no name", fields: [["", "x"], ["text", "kept"]], result: { "/text": "kept" } },
  { what: "64 fields", fields: [["text", "kept"], ...many(62)], result: { "/text": "kept" } },
  { what: "65 fields", fields: [["text", "kept"], ...many(63)], result: 400 },
  { what: "a file, of which urlencoded says the name only", file: true, fields: [["text", "kept"]], result: { "/text": "kept" }, multipart: 400 },
];

const fields = `[worker.fields]
email = "/email"
text = { pointer = "/text", add = true, trim = false }
"per%22cent;=" = { pointer = "/percent", add = true }
"qu\\"ote" = { pointer = "/quote", add = true }
"line\\r\\nend" = { pointer = "/line", add = true }`;

const file = { after };
const gateway = await startGatewayWith(file, fields);
const sandbox = new Sandbox(gateway.origin);
const browser = await launchChromium(file);

for (const encoding of /** @type {const} */ (["urlencoded", "multipart"])) {
  test(`what a form holds is what the key holder reads, or the form is refused (${encoding})`, async () => {
    const { page, guestId } = await openFormPage(browser, gateway.origin);
    /** @type {Record<string, string>} */
    let known = {};
    const enctype = encoding === "multipart" ? "multipart/form-data" : "application/x-www-form-urlencoded";
    for (const { what, fields, charset = "", file = false, result, multipart = result } of rows) {
      const before = (await sandbox.requests()).length;
      await page.evaluate(
        ({ enctype, charset, guestId, fields }) => {
          const form = document.createElement("form");
          Object.assign(form, { method: "post", action: "/api/profile-sync", enctype, acceptCharset: charset });
          for (const [name, value] of [["guestId", guestId], ...fields]) {
            const input = document.createElement("textarea");
            Object.assign(input, { name, value });
            form.append(input);
          }
          document.body.replaceChildren(form);
        },
        { enctype, charset, guestId, fields },
      );
      if (file) {
        await page.evaluate(() => {
          const input = document.createElement("input");
          Object.assign(input, { type: "file", name: "photo" });
          document.forms[0]?.append(input);
        });
        await page.setInputFiles("input[type=file]", { name: 'a"b\r\n.png', mimeType: "image/png", buffer: Buffer.from("\r\n--") });
      }
      const [response] = await Promise.all([page.waitForNavigation(), page.evaluate(() => document.forms[0]?.submit())]);
      assert.equal(response?.fromServiceWorker(), true, what);
      const expected = encoding === "multipart" ? multipart : result;
      if (typeof expected === "number") {
        assert.equal(response?.status(), expected, what);
        assert.equal((await sandbox.requests()).length, before, `${what}: nothing was sent`);
      } else {
        assert.equal(response?.status(), 200, what);
        known = { ...known, ...expected };
      }
      assert.deepEqual(await sandbox.opened(guestId), known, what);
      await page.goto(`${gateway.origin}/healthz`);
    }
  });
}
