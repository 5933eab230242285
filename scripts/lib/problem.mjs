/** A failure that the reader can act on: it is shown as one sentence and a hint, without a stack. */
export class Problem extends Error {
  /**
   * @param {string} message what is wrong
   * @param {string} [hint] what to do about it
   */
  constructor(message, hint) {
    super(message);
    this.name = "Problem";
    this.hint = hint;
  }
}

/**
 * Runs a script's main function; a failure ends the process with code 1 and a readable message.
 * @param {() => Promise<void>} body
 */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof Problem) {
      console.error(`\nerror: ${error.message}`);
      if (error.hint) console.error(`       ${error.hint.replaceAll("\n", "\n       ")}`);
    } else {
      console.error(error);
    }
  }
}
