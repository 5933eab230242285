import assert from "node:assert/strict";
import { test } from "node:test";
import { upToDate } from "../../scripts/lib/setup/packages.mjs";

const wanted = {
  packages: {
    "": { version: "0.1.0" },
    "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
    "node_modules/b-windows": { version: "1.0.0", integrity: "sha512-b", optional: true },
  },
};
const installed = (/** @type {Record<string, import("../../scripts/lib/setup/packages.mjs").Locked>} */ packages) => ({
  packages,
});

test("what the lock file names is up to date, with or without what was built for another system", () => {
  assert.equal(upToDate(wanted, installed({ "node_modules/a": { version: "1.0.0", integrity: "sha512-a" } })), true);
  assert.equal(upToDate(wanted, installed(wanted.packages)), true);
});

test("a package that is missing, of another version or of another content is out of date", () => {
  assert.equal(upToDate(wanted, installed({})), false);
  assert.equal(upToDate(wanted, installed({ "node_modules/a": { version: "1.0.1", integrity: "sha512-a" } })), false);
  assert.equal(upToDate(wanted, installed({ "node_modules/a": { version: "1.0.0", integrity: "sha512-x" } })), false);
});
