import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { attempt } from "../../scripts/lib/run.mjs";
import { checkPort } from "../../scripts/lib/server.mjs";
import { until } from "../browser/support/wait.mjs";

const runModule = new URL("../../scripts/lib/run.mjs", import.meta.url).href;

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  test(`${signal} to a script ends what it started and what that started`, async () => {
    const code = `const { run } = await import(${JSON.stringify(runModule)}); await run("sh", ["-c", "sleep 1000 & echo $!; wait"]);`;
    const script = spawn(process.execPath, ["--input-type=module", "--eval", code], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await once(script.stdout, "data");
    const grandchild = Number(String(line));
    assert.ok(grandchild > 0);
    script.kill(signal);
    const [exitCode] = await once(script, "close");
    assert.equal(exitCode, { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }[signal]);
    await until("the grandchild to be gone", () => !isAlive(grandchild));
  });
}

test("a program that takes too long is ended, with what still holds its output", async () => {
  const { code, output } = await attempt("sh", ["-c", "sleep 1000 & echo $!"], { quiet: true, within: 500 });
  assert.equal(code, 0, "it ended by itself, what it started did not");
  await until("what it started to be gone", () => !isAlive(Number(output)));
});

test("a taken port is named with what to do about it", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  await assert.rejects(checkPort("127.0.0.1", port), {
    message: `Port ${port} on 127.0.0.1 is taken.`,
    hint: /npm start -- --port/,
  });
  server.close();
  await once(server, "close");
  await checkPort("127.0.0.1", port);
});

/** @param {number} pid @returns {boolean} whether it runs; one that only waits to be collected by its parent does not */
function isAlive(pid) {
  if (existsSync("/proc/self/stat")) {
    const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : "";
    return stat !== "" && !/\) Z /.test(stat);
  }
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
