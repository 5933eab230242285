/** The ways in which a secret may be written down. */

/**
 * As it is, percent-encoded, in base64 and base64url at each of the three alignments, in hexadecimal, and in UTF-16.
 * @param {string} secret at least 6 characters
 * @returns {Buffer[]}
 */
export function spellingsOf(secret) {
  const bytes = Buffer.from(secret);
  const aligned = [0, 1, 2].flatMap((offset) => {
    // What the neighbours have no part in.
    const inner = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64").slice(offset === 0 ? 0 : 4);
    const sure = inner.slice(0, Math.floor((bytes.length - 3) / 3) * 4);
    return [sure, sure.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const texts = [secret, encodeURIComponent(secret), ...aligned, bytes.toString("hex")];
  return [...texts.map((text) => Buffer.from(text)), Buffer.from(secret, "utf16le"), Buffer.from(secret, "utf16le").swap16()];
}

/** The secrets that are found in these bytes in any spelling. @param {Buffer} bytes @param {string[]} secrets */
export const secretsIn = (bytes, secrets) => secrets.filter((secret) => spellingsOf(secret).some((spelling) => bytes.includes(spelling)));
