/** The links of the documents among themselves. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { filesBelow } from "../../scripts/lib/files.mjs";
import { at } from "../../scripts/lib/paths.mjs";

const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"].map((page) => at(page));
pages.push(...(await filesBelow(at("docs"))).filter((file) => file.endsWith(".md")));

/** The anchors of a page's headings, as GitHub makes them. @param {string} page */
async function anchors(page) {
  const text = (await readFile(page, "utf8")).replaceAll(/^```[\s\S]*?^```$/gm, "");
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-"));
}

for (const page of pages) {
  test(`every link of ${page.slice(at(".").length + 1)} leads somewhere`, async () => {
    const text = (await readFile(page, "utf8")).replaceAll(/^```[\s\S]*?^```$/gm, "");
    for (const [, link = ""] of text.matchAll(/\]\(([^()\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path = "", anchor] = link.split("#");
      const target = path ? join(dirname(page), path) : page;
      assert.ok(existsSync(target), link);
      if (anchor) assert.ok((await anchors(target)).includes(anchor), link);
    }
  });
}
