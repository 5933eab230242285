/** Chromium and its WebDriver for the tests. `CHROMIUM` and `CHROMEDRIVER` name others than the ones found. */
import { Problem } from "../problem.mjs";
import { installDebian, locate, works } from "./debian.mjs";

const browsers = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** Sets `CHROMIUM` and `CHROMEDRIVER` in this process's environment, and so in that of its children. */
export async function ensureBrowser() {
  if (!(await find("CHROMIUM", browsers)) || !(await find("CHROMEDRIVER", ["chromedriver"]))) {
    await installDebian(["chromium", "chromium-driver"], "The tests need Chromium and chromedriver");
    await find("CHROMIUM", browsers);
    await find("CHROMEDRIVER", ["chromedriver"]);
  }
}

/** @param {"CHROMIUM" | "CHROMEDRIVER"} variable @param {string[]} names */
async function find(variable, names) {
  const given = process.env[variable];
  const path = given ?? names.map(locate).find((found) => found !== undefined);
  if (path === undefined) return false;
  if (!(await works(path))) throw new Problem(`${path} is not a program that runs.`, `${variable} may name another.`);
  process.env[variable] = path;
  return true;
}
