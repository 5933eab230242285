/** A process that a test starts. */
import { atEnd } from "./scope.mjs";

/**
 * Has it killed when the scope or this process ends.
 * @param {import("./scope.mjs").Scope} scope
 * @param {import("node:child_process").ChildProcess} child
 */
export function endWith(scope, child) {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  atEnd(scope, async () => {
    process.removeListener("exit", kill);
    kill();
    await ended;
  });
}
