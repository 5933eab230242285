/**
 * `npm start [-- --port N] [-- --host ADDRESS] [-- any other option of guestsync serve]`: builds what has changed and runs the
 * gateway with the sandbox inside until Ctrl-C.
 */
import { buildAll } from "./lib/build/all.mjs";
import { at } from "./lib/paths.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { endBySignal } from "./lib/run.mjs";
import { say, seconds } from "./lib/say.mjs";
import { checkPort, serve } from "./lib/server.mjs";

await main(async () => {
  const started = performance.now();
  const { port, host, others } = settings(process.argv.slice(2));
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new Problem("The port has to be a number from 0 to 65535.", "For example: npm start -- --port 8788");
  }

  await checkPort(host, Number(port));
  await buildAll();
  say("Starting the gateway with the sandbox inside");
  endBySignal();
  const stateDir = others.some((arg) => arg.startsWith("--state-dir")) ? [] : ["--state-dir", at(".state")];
  const { origin, ended } = await serve(["--sandbox", ...stateDir, "--port", port, "--host", host, ...others]);
  say(`Ready after ${seconds(started)}. Open ${origin}/ (Ctrl-C ends it)`);

  const code = await ended;
  if (code !== 0) throw new Problem(`guestsync ended with code ${code}.`);
});

/**
 * Takes out what this script has to know itself; the server reads the rest.
 * @param {string[]} args
 */
function settings(args) {
  // `npm start --port=N` without the separating `--` reaches us through npm's configuration.
  const port = process.env.npm_config_port ?? process.env.PORT ?? "8787";
  const found = { port, host: "127.0.0.1", others: /** @type {string[]} */ ([]) };
  for (let index = 0; index < args.length; index += 1) {
    const [, name, inline] = /^--(port|host)(?:=(.*))?$/.exec(args[index] ?? "") ?? [];
    if (name === "port" || name === "host") found[name] = inline ?? args[(index += 1)] ?? "";
    else found.others.push(args[index] ?? "");
  }
  return found;
}
