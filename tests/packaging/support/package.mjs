/** The package as npm would publish it, installed beside the applications of `apps`. */
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { at } from "../../../scripts/lib/paths.mjs";
import { run } from "../../../scripts/lib/run.mjs";
import { temporaryFolder } from "../../browser/support/folder.mjs";

/**
 * @param {import("../../browser/support/scope.mjs").Scope} scope
 * @returns {Promise<{ folder: string, tarball: string, files: string[], installed: string }>} `installed` is the package's own folder
 */
export async function installPacked(scope) {
  const folder = await temporaryFolder(scope);
  // `npm test` has built it.
  await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], { quiet: true });
  const { version } = JSON.parse(await readFile(at("package.json"), "utf8"));
  const tarball = join(folder, `guestsync-${version}.tgz`);
  const files = (await run("tar", ["-tzf", tarball], { quiet: true })).trim().split("\n").sort();
  await cp(at("tests/packaging/apps"), folder, { recursive: true });
  await run("npm", ["install", "--prefix", folder, "--ignore-scripts", "--offline", "--no-audit", "--no-fund", tarball], { quiet: true, cwd: folder });
  return { folder, tarball, files, installed: join(folder, "node_modules/guestsync") };
}
