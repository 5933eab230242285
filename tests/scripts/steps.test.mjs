import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Steps } from "../../scripts/lib/steps.mjs";
import { temporaryFolder } from "../browser/support/folder.mjs";

/** A step that copies `input` to `output`, in a folder of its own, and counts how often it is done. */
async function copyStep(/** @type {import("node:test").TestContext} */ t) {
  const folder = await temporaryFolder(t);
  const [input, output, record] = ["input", "output", "record.json"].map((name) => join(folder, name));
  if (!input || !output || !record) throw new Error("three names give three paths");
  await writeFile(input, "one");
  let times = 0;
  const build = async (/** @type {unknown} */ settings = {}, /** @type {string} */ to = output) => {
    const steps = await Steps.open(record);
    await steps.step("copy", { inputs: [input], settings }, async () => {
      times += 1;
      await writeFile(to, await readFile(input));
      return [to];
    });
    return times;
  };
  return { folder, input, output, record, build };
}

test("a step is not done again while nothing has changed", async (t) => {
  const { input, build } = await copyStep(t);
  assert.equal(await build(), 1);
  assert.equal(await build(), 1);
  await utimes(input, new Date(), new Date());
  assert.equal(await build(), 1, "a new date on the same content is no change");
});

test("a step is done again when an input, a setting or an output has changed", async (t) => {
  const { input, output, build } = await copyStep(t);
  assert.equal(await build(), 1);
  await writeFile(input, "two");
  assert.equal(await build(), 2);
  assert.equal(await build({ level: 2 }), 3);
  await writeFile(output, "edited by hand");
  assert.equal(await build({ level: 2 }), 4);
  assert.equal(await readFile(output, "utf8"), "two");
});

test("a file that a step no longer makes is removed", async (t) => {
  const { folder, output, build } = await copyStep(t);
  await build({ name: "old" });
  await build({ name: "new" }, join(folder, "renamed"));
  assert.equal(existsSync(output), false);
});

test("a damaged record makes everything again", async (t) => {
  const { record, build } = await copyStep(t);
  await build();
  await writeFile(record, "{");
  assert.equal(await build(), 2);
});
