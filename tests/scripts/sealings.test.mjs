/** C3: a million sealings (`GUESTSYNC_SEALINGS`: so many) have no nonce twice, and `jose` opens every thousandth. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { compactDecrypt, importJWK } from "jose";
import { target } from "../../scripts/lib/paths.mjs";
import { run } from "../../scripts/lib/run.mjs";

const { GUESTSYNC_SEALINGS: count = "1000000" } = process.env;

test(`${count} sealings: no nonce twice, and jose opens every thousandth`, async () => {
  const name = "nonces::sealings_of_many_forms_have_a_nonce_each_and_every_thousandth_is_written_down";
  await run("cargo", ["test", "--package", "guestsync-core", "--test", "seal", "--", "--ignored", "--exact", name], {
    env: { GUESTSYNC_SEALINGS: count },
  });
  const written = (/** @type {string} */ file) => readFile(join(target, "tmp", file), "utf8");
  const key = await importJWK(JSON.parse(await written("sealings.jwk.json")), "ECDH-ES");
  const sealed = (await written("sealings.txt")).trim().split("\n");
  assert.equal(sealed.length, Number(count) / 1000);
  for (const [at, text] of sealed.entries()) {
    const { plaintext, protectedHeader } = await compactDecrypt(text, key);
    assert.equal(new TextDecoder().decode(plaintext), `${at * 250}/email`);
    assert.deepEqual([protectedHeader.gst, protectedHeader.fld], ["g-1", "/email"]);
  }
});
