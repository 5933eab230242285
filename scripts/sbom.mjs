/**
 * `npm run sbom`: software bills of materials (CycloneDX, JSON) in `dist/sbom`: `guestsync.cdx.json` of the binary, by cargo-cyclonedx, and
 * `npm.cdx.json` of the npm package, by npm. Beside them `integrity.json`: the SHA-384 of each published file, as an `integrity` attribute has it.
 */
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildAll } from "./lib/build/all.mjs";
import { at } from "./lib/paths.mjs";
import { main } from "./lib/problem.mjs";
import { publishedDigests } from "./lib/published.mjs";
import { run } from "./lib/run.mjs";
import { say } from "./lib/say.mjs";
import { ensureCargoTool } from "./lib/setup/cargo-tool.mjs";
import { ensurePackages } from "./lib/setup/packages.mjs";
import { ensureRust } from "./lib/setup/rust.mjs";

await main(async () => {
  await ensureRust();
  await ensurePackages();
  const folder = at("dist/sbom");
  await mkdir(folder, { recursive: true });
  const cyclonedx = await ensureCargoTool("cargo-cyclonedx", "0.5.9", ["cyclonedx", "--version"]);
  // It writes one beside each member's manifest, and knows no other place: the binary's has all that the others have.
  const written = "guestsync.cdx";
  const args = ["cyclonedx", "--manifest-path", at("crates/cli/Cargo.toml"), "--format", "json", "--spec-version", "1.5"];
  await run(cyclonedx, [...args, "--no-build-deps", "--target", "all", "--override-filename", written], {
    env: { SOURCE_DATE_EPOCH: "0" },
  });
  await rename(at("crates/cli", `${written}.json`), join(folder, "guestsync.cdx.json"));
  for (const member of await readdir(at("crates"))) await rm(at("crates", member, `${written}.json`), { force: true });
  const ours = await run("npm", ["sbom", "--loglevel", "error", "--sbom-format", "cyclonedx", "--omit", "dev", "--package-lock-only"], { quiet: true });
  await writeFile(join(folder, "npm.cdx.json"), ours);
  for (const file of ["guestsync.cdx.json", "npm.cdx.json"]) {
    const { components = [] } = JSON.parse(await readFile(join(folder, file), "utf8"));
    say(`dist/sbom/${file}: ${components.length} components`);
  }
  await buildAll({ server: false });
  const digests = await publishedDigests(at("dist"), at("dist/npm"), at("dist/site"));
  await writeFile(join(folder, "integrity.json"), `${JSON.stringify(digests, null, 2)}\n`);
  say(`dist/sbom/integrity.json: ${Object.keys(digests).length} files`);
});
