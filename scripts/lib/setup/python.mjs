/** Programs from PyPI at the versions of a requirements file, in an environment of their own under `target/tools`. */
import { existsSync } from "node:fs";
import { copyFile, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { target } from "../paths.mjs";
import { run } from "../run.mjs";
import { during } from "../say.mjs";
import { installDebian, works } from "./debian.mjs";

/**
 * @param {string} requirements a file that `pip freeze` wrote
 * @returns {Promise<string>} the folder of the programs
 */
export async function ensurePython(requirements) {
  const folder = join(target, "tools/python");
  const installed = join(folder, "requirements.txt");
  const wanted = await readFile(requirements, "utf8");
  if (!existsSync(installed) || (await readFile(installed, "utf8")) !== wanted) {
    if (!(await works("python3", ["-c", "import venv, ensurepip"])))
      await installDebian(["python3", "python3-venv"], "The tests of the OpenAPI document need Python with venv");
    await during("Installing the tests' programs from PyPI", async () => {
      await rm(folder, { recursive: true, force: true });
      await run("python3", ["-m", "venv", folder]);
      await run(join(folder, "bin/pip"), ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", requirements]);
      await copyFile(requirements, installed);
    });
  }
  return join(folder, "bin");
}
