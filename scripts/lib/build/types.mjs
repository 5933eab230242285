/** Type declarations of the package. */
import { filesBelow } from "../files.mjs";
import { at } from "../paths.mjs";
import { run } from "../run.mjs";

export const tscPath = at("node_modules/typescript/bin/tsc");

/** @param {import("../steps.mjs").Steps} steps */
export async function buildTypes(steps) {
  const projects = ["tsconfig.page.json", "tsconfig.worker.json"];
  const inputs = [
    ...(await filesBelow(at("www/src"))),
    ...(await filesBelow(at("sw/src"))),
    at("dist/pkg/page/page.d.ts"),
    at("dist/pkg/worker/worker.d.ts"),
    at("tsconfig.base.json"),
    ...projects.map((file) => at(file)),
    at("package-lock.json"),
  ];
  await steps.step("Writing the type declarations", { inputs }, async () => {
    // Forced, so that declarations which were deleted by hand come back.
    await run("node", [tscPath, "--build", "--force", ...projects]);
    return filesBelow(at("dist/npm/types"));
  });
}
