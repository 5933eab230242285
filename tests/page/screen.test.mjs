/** What the page has looked through for personal data, and what it keeps back until that has been done. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { bundle } from "../../scripts/lib/build/bundle.mjs";
import { filesBelow } from "../../scripts/lib/files.mjs";
import { at } from "../../scripts/lib/paths.mjs";

/** @template T @param {string} source @param {Record<string, string>} [define] @returns {Promise<T>} */
const load = async (source, define = {}) =>
  import(await bundle(`www/src/${source}.ts`, `dist/bench/screen-${source}.js`, { format: "esm", define }));

/** @type {typeof import("../../www/src/screen.js")} */
const { mayHold } = await load("screen", { __GUESTSYNC_PII_INTEGRITY__: '""', __GUESTSYNC_PAGE_INTEGRITY__: '""', __GUESTSYNC_PII_WASM__: '""', __GUESTSYNC_NODE__: "true" });
/** @type {typeof import("../../www/src/instance.js")} */
const { Instance } = await load("instance");
/** @type {typeof import("../../www/src/flat.js")} */
const { pack } = await load("flat");

const file = (await filesBelow(at("dist/npm"))).find((path) => /\/pii\.[0-9a-f]{16}\.wasm$/.test(path)) ?? "";
/** @type {import("../../www/src/instance.js").Instance<{ judge(pointer: number, length: number): [number, number] }>} */
const scanner = await Instance.of(await WebAssembly.compile(await readFile(file)));

/** The places of those texts in which something is found. @param {string[]} texts @param {string | null} region @returns {number[]} */
function found(texts, region) {
  const options = [4096, region, null, null, null, null, null, null, 0];
  const told = scanner.take(scanner.exports.judge(...scanner.pass(pack([...options, ...texts.flatMap((text) => ["key", text])]))));
  return told ? JSON.parse(told).map((/** @type {[number]} */ [place]) => place) : [];
}

/** Numbers below n, the same in each run (Numerical Recipes' generator). */
let state = 20_261_122;
const below = (/** @type {number} */ n) => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 * n) | 0;
const oneOf = (/** @type {readonly string[]} */ of) => of[below(of.length)] ?? "";
const several = (/** @type {number} */ most, /** @type {() => unknown} */ make) => Array.from({ length: 1 + below(most) }, make).join("");

const whole = ["ada@example.org", "+44 20 7946 0018", "5105 1051 0510 5100", "GB33BUKB20201555555555", "mt84malt011000012345mtlcast001s", "219-09-9998", "192.0.2.7", "::1"];
const words = ["phone ", "电话", "tel ", "order ", "(202) 555-0143", "ＧＢ３３BUKB20201555555555", "１９２．0.2．７", "２００１：db8::7", "ada＠example.org"];
const piece = () => [() => several(5, () => below(10)), () => several(3, () => oneOf([..."-+() ./:@x,#"])), () => several(4, () => oneOf([..."abcdefGBDEno"])), () => several(3, () => oneOf([..."٠٣٩०９．：＠é\u00a0‑"])), () => oneOf([...whole, ...words])][below(5)]?.() ?? "";

test("a value that is not looked at has nothing in it that would be found", () => {
  let looked = 0;
  for (let round = 0; round < 60; round++) {
    const texts = Array.from({ length: 500 }, () => several(below(2) ? 3 : 9, piece));
    for (const place of found(texts, oneOf(["", "US", "DE", "DK", "RU"]) || null)) {
      looked++;
      assert.ok(mayHold(texts[place] ?? ""), JSON.stringify(texts[place]));
    }
  }
  assert.ok(looked > 3_000, String(looked));
});

test("what attributes mostly are is not looked at", () => {
  for (const text of ["", "en-US", "gold", "true", "42", "3.14", "-17", "2026", "12345", "v2.14", "Main Street 5", "#1f2937", "naïve café", "TCK-99281"]) assert.ok(!mayHold(text), text);
});

test("looking whether there may be something takes time in proportion to the text", () => {
  const long = (/** @type {string} */ unit) => unit.repeat(1_000_000);
  for (const text of [...["1a", "a", "1", "1.", "é", "ab1", " 1.2"].map(long), `1 2 3 4${long(" ")}5`]) {
    // A time that grew with the square would be minutes.
    assert.equal(typeof mayHold(text), "boolean");
  }
});

test("digits that are one too few cost no more than none", () => {
  /** The shortest of several, for a machine may be busy. @param {string} text */
  const time = (text) =>
    Math.min(
      ...Array.from({ length: 7 }, () => {
        const from = performance.now();
        assert.ok(!mayHold(text));
        return performance.now() - from;
      }),
    );
  const rest = "a".repeat(1_000_000);
  const none = time(rest);
  for (const text of [`12345${rest}`, `1 2 3 4 5${rest}`, `1a2a3a4a5${rest}`]) assert.ok(time(text) < 10 * none, text.slice(0, 9));
});
