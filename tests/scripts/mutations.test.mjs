import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { mutations } from "../../scripts/lib/mutations.mjs";
import { at } from "../../scripts/lib/paths.mjs";

test("the rules that `npm run mutations` breaks are in the sources, each once", async () => {
  for (const { breaks, file, from } of mutations) {
    const source = await readFile(at("crates/core/src/outbox", file), "utf8");
    assert.equal(source.split(from).length, 2, `${breaks}: ${file} has to hold ${from}`);
  }
});
