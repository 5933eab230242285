/**
 * `npm run pii -- ROWS [PREDICTIONS] [--region US] [--split NAME]`: scores the PII scanner on a file of labelled texts, and writes what
 * it finds in each. The format stands in `crates/core/examples/pii_score/main.rs`.
 */
import { scorePii } from "./lib/pii.mjs";
import { main } from "./lib/problem.mjs";

await main(async () => {
  process.stdout.write(await scorePii(process.argv.slice(2)));
});
