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
import { startOptions } from "./lib/start-options.mjs";

await main(async () => {
  const started = performance.now();
  const { port, host, others } = startOptions(process.argv.slice(2), process.env);

  await checkPort(host, port);
  await buildAll();
  say("Starting the gateway with the sandbox inside");
  endBySignal();
  const stateDir = others.some((arg) => arg.startsWith("--state-dir")) ? [] : ["--state-dir", at(".state")];
  const { origin, ended } = await serve(["--sandbox", ...stateDir, "--port", String(port), "--host", host, ...others]);
  say(`Ready after ${seconds(started)}. Open ${origin}/ (Ctrl-C ends it)`);

  const code = await ended;
  if (code !== 0) throw new Problem(`guestsync ended with code ${code}.`);
});
