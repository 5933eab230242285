/**
 * `npm run reproduce`: builds what npm publishes twice, each time from nothing in a folder of another name, and compares every script and
 * wasm. It builds what is committed, and takes minutes.
 */
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { at } from "./lib/paths.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { publishedDigests } from "./lib/published.mjs";
import { run } from "./lib/run.mjs";
import { say } from "./lib/say.mjs";
import { ensurePackages } from "./lib/setup/packages.mjs";

/** @param {string} commit @param {string} folder is made @returns {Promise<Record<string, string>>} published file → SHA-384 */
async function built(commit, folder) {
  await mkdir(folder);
  const archive = `${folder}.tar`;
  await run("git", ["archive", "--output", archive, commit]);
  await run("tar", ["--extract", "--file", archive, "--directory", folder]);
  await symlink(at("node_modules"), join(folder, "node_modules"));
  const env = { CARGO_TARGET_DIR: join(folder, "target") };
  await run("node", [join(folder, "scripts/build.mjs"), "--npm"], { cwd: folder, env });
  const dist = join(folder, "dist/npm");
  return publishedDigests(dist, dist);
}

await main(async () => {
  await ensurePackages();
  const commit = (await run("git", ["rev-parse", "HEAD"], { quiet: true })).trim();
  const folder = await mkdtemp(join(tmpdir(), "guestsync-"));
  try {
    const [first, second] = [await built(commit, join(folder, "once")), await built(commit, join(folder, "once-more"))];
    const names = [...new Set([...Object.keys(first), ...Object.keys(second)])];
    const differ = names.filter((name) => first[name] !== second[name]);
    for (const name of names) say(`${differ.includes(name) ? "differs" : "same"}: ${name}`);
    if (names.length === 0 || differ.length > 0) throw new Problem(`Two builds differ: ${differ.join(", ")}.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
