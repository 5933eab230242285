/** The console page: its script is bundled, everything else in its folder is served as it is. */
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { filesBelow, requireSource } from "../files.mjs";
import { at } from "../paths.mjs";
import { bundle } from "./bundle.mjs";

const source = at("www/console");

/** @param {import("../steps.mjs").Steps} steps */
export async function buildConsole(steps) {
  requireSource(at("www/console/index.html"), "the console page");
  requireSource(at("www/console/console.ts"), "the console's script");
  const files = await filesBelow(source);
  const scripts = ["package-lock.json", "scripts/lib/build/bundle.mjs", "scripts/lib/build/console.mjs"];
  const inputs = [...files, ...scripts.map((file) => at(file))];
  await steps.step("Bundling the console", { inputs }, async () => {
    const script = await bundle("www/console/console.ts", "dist/site/console.js", { format: "esm", plugins: [servedPackage] });
    const copied = [];
    for (const file of files.filter((path) => !path.endsWith(".ts"))) {
      const to = at("dist/site", relative(source, file));
      await mkdir(dirname(to), { recursive: true });
      await copyFile(file, to);
      copied.push(to);
    }
    return [script, ...copied];
  });
}

/** `import … from "guestsync"` becomes the copy that the gateway serves, so that the console shows what a site would load. */
const servedPackage = {
  name: "served-package",
  /** @param {import("esbuild").PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /^(guestsync|\.\.\/src\/index\.js|\/guestsync\/.*)$/ }, ({ path }) => ({
      path: path.startsWith("/") ? path : "/guestsync/index.js",
      external: true,
    }));
  },
};
