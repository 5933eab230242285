/** What is published runs in the oldest browsers that are supported. Their syntax the bundler keeps to; this looks for what they do not have. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { transform } from "esbuild";
import { browsers } from "../../scripts/lib/build/bundle.mjs";
import { at } from "../../scripts/lib/paths.mjs";

/** What one of them came to have only later (MDN's browser-compat-data), as it is called. */
const NEWER = [
  /\bURL\.(canParse|parse)\b/, /\bAbortSignal\.(timeout|any|abort)\b/, /\bResponse\.json\b/, /\bthrowIfAborted\b/, /\brandomUUID\b/,
  /\b(structuredClone|requestIdleCallback|reportError|scheduler)\b/, /\b(CompressionStream|CookieStore|URLPattern|Iterator)\b/,
  /\bObject\.(hasOwn|groupBy)\b/, /\bArray\.fromAsync\b/, /\bPromise\.(withResolvers|try)\b/, /(?<!\.)\.(at|findLast|findLastIndex|group|groupToMap)\(/,
  /\.to(Sorted|Reversed|Spliced|WellFormed)\(/, /\.isWellFormed\(/, /\b(toBase64|fromBase64|toHex|fromHex)\b/, /\.(intersection|union|difference)\(/,
];

for (const script of ["index.js", "guestsync.js", "sw.js", "guestsync-sw.js"]) {
  test(`${script} asks for nothing that came later than ${browsers.join(", ")}`, async () => {
    const code = await readFile(at("dist/npm", script), "utf8");
    assert.deepEqual(NEWER.flatMap((name) => name.exec(code)?.[0] ?? []), []);
    // What the bundler writes for the newest engines it writes for these.
    const write = async (/** @type {string | string[]} */ target) => (await transform(code, { target })).code;
    assert.equal(await write(browsers), await write("esnext"));
  });
}
