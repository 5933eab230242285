/** What was posted, held against what the server ends with: I1 to I4 of forms, at the sandbox. */
import assert from "node:assert/strict";
import { compactDecrypt, importJWK } from "jose";
import { privateKeys } from "./forms.mjs";

/** @typedef {{ guest: string, fields: Record<string, number>, status: number }} Form status 0: no answer came */

export class Ledger {
  /** In the order of the posts; every value is higher than those before. @type {Form[]} */
  posted = [];

  /** @param {(value: number) => string} typed what stands in the form for a value; ends with the value and `-typed` */
  constructor(typed) {
    this.typed = typed;
  }

  /** @param {string} guest @param {Record<string, number>} fields @returns {Form} */
  post(guest, fields) {
    const form = { guest, fields, status: 0 };
    this.posted.push(form);
    return form;
  }

  /** Forms that were answered with 200 or 202. */
  get taken() {
    return this.posted.filter(({ status }) => status === 200 || status === 202);
  }

  /**
   * Every taken value is the member's last one or was superseded (I1), whatever is there was posted (I2), no member went back (I3), and no
   * Idempotency-Key took effect twice (I4).
   * @param {string} guest
   * @param {import("./gateway.mjs").Gateway} gateway
   * @param {import("./sandbox.mjs").Sandbox} sandbox
   */
  async check(guest, gateway, sandbox) {
    const [key] = await Promise.all((await privateKeys(gateway)).map((key) => importJWK(key, "ECDH-ES")));
    assert.ok(key);
    /** @type {Record<string, number>} */
    const last = {};
    const done = new Set();
    for (const { call, idempotencyKey, values } of await sandbox.effects(guest)) {
      if (call !== "P1") continue;
      assert.ok(idempotencyKey && !done.has(idempotencyKey), "an Idempotency-Key takes effect once");
      done.add(idempotencyKey);
      for (const [pointer, sealed] of Object.entries(values)) {
        if (pointer === "/lastUpdated") continue;
        const plain = new TextDecoder().decode((await compactDecrypt(String(sealed), key)).plaintext);
        const value = Number(/(\d+)-typed$/.exec(plain)?.[1]);
        const wasPosted = this.posted.some((form) => form.guest === guest && form.fields[pointer.slice(1)] === value);
        assert.ok(wasPosted && plain === this.typed(value), `${pointer} was never ${value}`);
        assert.ok(value >= (last[pointer] ?? 0), `${pointer} went back from ${last[pointer]} to ${value}`);
        last[pointer] = value;
      }
    }
    for (const { fields } of this.taken.filter((form) => form.guest === guest)) {
      for (const [name, value] of Object.entries(fields)) {
        assert.ok((last[`/${name}`] ?? 0) >= value, `${name} ${value} is missing; the last is ${last[`/${name}`]}`);
      }
    }
    const opened = await sandbox.opened(guest);
    for (const [pointer, value] of Object.entries(last)) assert.equal(opened[pointer], this.typed(value));
  }
}
