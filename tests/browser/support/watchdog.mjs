/**
 * Loaded before a file of tests (`node --import`): a test that hangs is named, and ends its file. The runner's own time limit is one
 * for the whole file, and says only which file it was.
 */
import { afterEach, beforeEach } from "node:test";

/** Milliseconds that one test may take. */
const longestTest = 120_000;

/** @type {Map<string, NodeJS.Timeout>} */
const running = new Map();

beforeEach((test) => {
  const end = () => {
    process.stderr.write(`"${test.name}" has not ended after ${longestTest} ms\n`);
    process.exit(1);
  };
  running.set(test.name, setTimeout(end, longestTest).unref());
});

afterEach((test) => clearTimeout(running.get(test.name)));
