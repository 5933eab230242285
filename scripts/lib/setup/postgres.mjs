/** A PostgreSQL for tests: Debian's server on a free port of this machine, in a folder that goes away with it. */
import { chown, mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attempt, run, start, stop } from "../run.mjs";
import { installDebian, locate } from "./debian.mjs";
import { Problem } from "../problem.mjs";

const debian = "/usr/lib/postgresql";

/** @returns {Promise<string | undefined>} the folder of `initdb` and `postgres` */
async function binaries() {
  const versions = await readdir(debian).catch(() => []);
  const newest = versions.filter((name) => /^\d+$/.test(name)).sort((a, b) => Number(b) - Number(a))[0];
  if (newest) return join(debian, newest, "bin");
  const initdb = locate("initdb");
  return initdb && join(initdb, "..");
}

async function ensureBinaries() {
  const found = await binaries();
  if (found) return found;
  await installDebian(["postgresql"], "The tests of several gateways need PostgreSQL");
  const installed = await binaries();
  if (!installed) throw new Problem("PostgreSQL was installed, but its programs are not where they should be.");
  return installed;
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}

/**
 * Runs `work` beside a server; its address is that of a database which exists.
 * @template T
 * @param {(address: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withPostgres(work) {
  const bin = await ensureBinaries();
  const folder = await mkdtemp(join(tmpdir(), "guestsync-postgres-"));
  const port = await freePort();
  // The server refuses to be root's.
  /** @type {(command: string, args: string[]) => [string, string[]]} */
  let as = (command, args) => [command, args];
  if (process.getuid?.() === 0) {
    const ids = await Promise.all(["-u", "-g"].map((flag) => run("id", [flag, "postgres"], { quiet: true })));
    const [uid, gid] = ids.map((id) => id.trim());
    await chown(folder, Number(uid), Number(gid));
    as = (command, args) => ["setpriv", [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", command, ...args]];
  }
  const data = join(folder, "data");
  await run(...as(join(bin, "initdb"), ["-D", data, "-A", "trust", "-U", "postgres", "--no-sync"]), { cwd: folder, quiet: true });
  const settings = ["listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`, "fsync=off", "max_connections=400"];
  const flags = settings.flatMap((setting) => ["-c", setting]);
  const [command, args] = as(join(bin, "postgres"), ["-D", data, "-p", String(port), ...flags]);
  const server = start(command, args, { cwd: folder, stdio: ["ignore", "ignore", "ignore"] });
  try {
    const isReady = async () => (await attempt(join(bin, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port)], { quiet: true })).code === 0;
    const until = Date.now() + 30_000;
    while (!(await isReady())) {
      if (Date.now() > until || server.exitCode !== null) throw new Problem("PostgreSQL did not start.");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return await work(`postgres://postgres@127.0.0.1:${port}/postgres`);
  } finally {
    await stop(server);
    await rm(folder, { recursive: true, force: true });
  }
}
