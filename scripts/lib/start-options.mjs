/** The options of `npm start`. */
import { Problem } from "./problem.mjs";

/**
 * Takes out what the script has to know itself; the server reads the rest.
 * @param {string[]} args
 * @param {Record<string, string | undefined>} environment
 * @returns {{ port: number, host: string, others: string[] }}
 */
export function startOptions(args, environment) {
  // `npm start --port=N` without the separating `--` reaches us through npm's configuration.
  const port = environment.npm_config_port ?? environment.PORT ?? "8787";
  const found = { port, host: "127.0.0.1", others: /** @type {string[]} */ ([]) };
  for (let index = 0; index < args.length; index += 1) {
    const [, name, inline] = /^--(port|host)(?:=(.*))?$/.exec(args[index] ?? "") ?? [];
    if (name === "port" || name === "host") found[name] = inline ?? args[(index += 1)] ?? "";
    else found.others.push(args[index] ?? "");
  }
  if (!/^\d{1,5}$/.test(found.port) || Number(found.port) > 65535) {
    throw new Problem("The port has to be a number from 0 to 65535.", "For example: npm start -- --port 8788");
  }
  return { ...found, port: Number(found.port) };
}
