/** The example of docs/sealing.md, run as it stands there. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { example } from "../browser/support/readme.mjs";
import { at } from "../../scripts/lib/paths.mjs";
import { attempt } from "../../scripts/lib/run.mjs";

const code = example("js", "// open.mjs", "docs/sealing.md");
const run = (/** @type {string} */ code) => attempt("node", ["--input-type=module", "--eval", code], { quiet: true, cwd: at(".") });

test("the example opens the value that version 0.1 sealed, and refuses it elsewhere", async () => {
  const fixture = (await readFile(at("crates/core/tests/seal/fixtures/sealed-0.1.txt"), "utf8")).trim();
  assert.ok(code.replaceAll(/" \+\s+"/g, "").includes(`"${fixture}"`), "the value is the tests' own");
  const opened = await run(code);
  assert.deepEqual([opened.code, opened.output.trim()], [0, "ada@example.org"]);
  for (const [place, refusal] of [['"g-2", "/email"', "another guest"], ['"g-1", "/phone"', "another field"]]) {
    const { code: exit, output } = await run(code.replace('"g-1", "/email"', place ?? ""));
    assert.ok(exit !== 0 && output.includes(`sealed for ${refusal}`), output);
  }
});
