import assert from "node:assert/strict";
import { test } from "node:test";
import { startOptions } from "../../scripts/lib/start-options.mjs";

test("the port is 8787 unless a flag or the environment says otherwise, the flag first", () => {
  assert.equal(startOptions([], {}).port, 8787);
  assert.equal(startOptions([], { PORT: "9000" }).port, 9000);
  assert.equal(startOptions([], { PORT: "9000", npm_config_port: "9001" }).port, 9001);
  assert.equal(startOptions(["--port", "9002"], { PORT: "9000" }).port, 9002);
  assert.equal(startOptions(["--port=0"], { PORT: "9000" }).port, 0);
});

test("options of the server are passed on in their order", () => {
  const options = startOptions(["--config", "a.toml", "--host=0.0.0.0", "--check"], {});
  assert.deepEqual(options, { port: 8787, host: "0.0.0.0", others: ["--config", "a.toml", "--check"] });
});

test("a port that is no port is refused without being repeated", () => {
  for (const port of ["", "true", "-1", "65536", "8o80"]) {
    assert.throws(() => startOptions([`--port=${port}`], {}), /^Problem: The port has to be a number from 0 to 65535\.$/);
  }
  assert.throws(() => startOptions(["--port"], {}), /has to be a number/);
});
