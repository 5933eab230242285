import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

test("the core depends on no source of entropy, no runtime and no browser", () => {
  const tree = execFileSync("cargo", ["tree", "--locked", "-p", "guestsync-core", "-e", "normal", "--prefix", "none"], {
    encoding: "utf8",
  });
  const names = new Set(tree.split("\n").map((line) => line.split(" ")[0]));
  assert.ok(names.has("guestsync-core") && names.has("aes"), "the tree was read");
  for (const banned of ["getrandom", "js-sys", "rand", "reqwest", "tokio", "tracing", "wasm-bindgen", "web-sys"]) {
    assert.ok(!names.has(banned), `guestsync-core depends on ${banned}`);
  }
});
