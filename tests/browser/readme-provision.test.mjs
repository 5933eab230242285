/** The example of README.md on messaging channels, pasted into a shell. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { after, test } from "node:test";
import { temporaryFolder } from "./support/folder.mjs";
import { guestsync } from "./support/gateway.mjs";
import { freePort } from "./support/ports.mjs";
import { example } from "./support/readme.mjs";

test("the channels' example makes the channel, once, and stops what it started", async () => {
  const folder = await temporaryFolder({ after });
  await writeFile(join(folder, "channels.yaml"), example("yaml", "# channels.yaml"));
  const port = String(await freePort());
  const script = example("sh", "guestsync provision channels.yaml").replaceAll("8788", port);
  const env = { ...process.env, PORT: port, PATH: `${dirname(guestsync)}${delimiter}${process.env.PATH}` };
  const shell = spawn("bash", ["-e", "-c", script], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  after(() => {
    try {
      process.kill(-(shell.pid ?? 0), "SIGKILL");
    } catch {
      // Nothing of it is left.
    }
  });
  let [out, notes] = ["", ""];
  shell.stdout.on("data", (chunk) => (out += chunk));
  shell.stderr.on("data", (chunk) => (notes += chunk));
  const [code] = await once(shell, "close");
  const lines = out.trim().split("\n").filter((line) => !line.startsWith("listening on"));
  assert.equal(code, 0, notes);
  const name = "Enterprise Support Portal Widget";
  assert.equal(lines.length, 4, out);
  assert.equal(lines[0], `create ${name}`);
  const id = lines[1]?.split("\t")[2];
  assert.equal(lines[1], `created\t${name}\t${id}`);
  assert.equal(lines[2], `present\t${name}\t${id}`);
  assert.match(lines[3] ?? "", new RegExp(`^job_[0-9a-f]{32}\tchannel\\.provision\tsuccess\t\\S+\t${name}$`));
});
