/** The page's reader of HTTP-dates beside an independent writer of them, and beside the forms that are none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bundle } from "../../scripts/lib/build/bundle.mjs";

/** @type {typeof import("../../www/src/effect/retry-after.js")} */
const { httpDate, retryAfter } = await import(await bundle("www/src/effect/retry-after.ts", "dist/bench/retry-after.js", { format: "esm" }));

const NOW = Date.UTC(2026, 10, 22);
const EXAMPLE = Date.UTC(1994, 10, 6, 8, 49, 37);

test("every day and second of two centuries is read back as the engine writes it", () => {
  for (let at = 0; at < Date.UTC(2200, 0); at += 86_400_000 + 3_607_000) assert.equal(httpDate(new Date(at).toUTCString(), NOW), at);
});

test("the three forms are the same moment, and the weekday need not be right", () => {
  for (const text of ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun Nov 06 08:49:37 1994", "Mon, 06 Nov 1994 08:49:37 GMT"])
    assert.equal(httpDate(text, NOW), EXAMPLE, text);
});

test("a leap second is the second after the one before it", () => {
  assert.equal(httpDate("Sun, 31 Dec 2016 23:59:60 GMT", NOW), Date.UTC(2017, 0));
});

test("years of two digits that are more than fifty years ahead are in the past", () => {
  assert.equal(httpDate("Wednesday, 01-Jul-76 00:00:00 GMT", NOW), Date.UTC(2076, 6));
  assert.equal(httpDate("Friday, 01-Jul-77 00:00:00 GMT", NOW), Date.UTC(1977, 6));
});

test("seconds are a wait of so long, of six hours at most", () => {
  assert.deepEqual(["1", "120", "21601", "9".repeat(400), "0", "000"].map((text) => retryAfter(text, NOW)), [1_000, 120_000, 21_600_000, 21_600_000, 0, 0]);
});

test("a date is a wait until then, and one in the past a wait of no time", () => {
  const text = "Sun, 06 Nov 1994 08:49:37 GMT";
  assert.deepEqual([EXAMPLE - 5_000, EXAMPLE, NOW].map((now) => retryAfter(text, now)), [5_000, 0, 0]);
});

test("what is neither form is none", () => {
  for (const text of [
    ..."|-1|+1|1.5|1e3|0x10|soon|1, 2|１２|,|Sun,|Mon ".split("|"),
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun,  6 Nov 1994 08:49:37 GMT",
    "sun, 06 nov 1994 08:49:37 gmt",
    "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 29 Feb 2023 00:00:00 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 23:60:00 GMT",
    "Sun, 06 Nov 1994 23:59:61 GMT",
    "Sun, 06 Nov 1969 00:00:00 GMT",
    "Sun, 06 Nov 0094 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49 GMT",
    "1994-11-06T08:49:37Z",
    "Sun,06 Nov 1994 08:49:37 GMT",
    "Sun Nov 6 08:49:37 1994",
    "Sunday Nov  6 08:49:37 1994",
    "Xyz Nov  6 08:49:37 1994",
    "Sunday, 06-Nov-1994 08:49:37 GMT",
    "Sun, 06-Nov-94 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT ",
  ]) {
    assert.ok(Number.isNaN(httpDate(text, NOW)), text);
    assert.equal(retryAfter(text, 0), null, text);
  }
});
