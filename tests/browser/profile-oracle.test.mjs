/** What the worker sealed, opened with tools that nobody here wrote: the npm package `jose`, and WebCrypto. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { compactDecrypt, importJWK } from "jose";
import { launchChromium } from "./support/chromium.mjs";
import { openFormPage, openSealed, postByFetch, privateKeys, startGatewayWith } from "./support/forms.mjs";
import { startGateway } from "./support/gateway.mjs";
import { Sandbox } from "./support/sandbox.mjs";

const file = { after };
const browser = await launchChromium(file);
const ada = { email: "ada@example.org", phone: "+1 202 555 0143", name: "Ada Lövelace 🦊" };

/** @param {import("./support/gateway.mjs").Gateway} gateway */
async function sealedProfile(gateway) {
  const { page, guestId } = await openFormPage(browser, gateway.origin);
  assert.equal((await postByFetch(page, "urlencoded", { guestId, ...ada })).status, 200);
  const profile = /** @type {Record<string, string>} */ ((await new Sandbox(gateway.origin).guest(guestId))?.profile);
  return { page, guestId, profile };
}

/**
 * `jose` opens whatever is genuine; whose it is, is for its user to compare: the two lines of docs/sealing.md.
 * @param {string} sealed @param {Record<string, string>[]} keys @param {string} guestId @param {string} field
 */
async function openWithJose(sealed, keys, guestId, field) {
  const key = async (/** @type {{ kid?: string }} */ { kid }) => importJWK(keys.find((key) => key.kid === kid) ?? {}, "ECDH-ES");
  const algorithms = { keyManagementAlgorithms: ["ECDH-ES"], contentEncryptionAlgorithms: ["A256GCM"] };
  const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, algorithms);
  if (protectedHeader.gst !== guestId) throw new Error("sealed for another guest");
  if (protectedHeader.fld !== field) throw new Error("sealed for another field");
  return new TextDecoder().decode(plaintext);
}

test("`jose` opens every field, and its user's two lines refuse a value that was moved", async () => {
  const gateway = await startGateway(file);
  const keys = await privateKeys(gateway);
  const one = await sealedProfile(gateway);
  const other = await sealedProfile(gateway);
  for (const [name, value] of Object.entries(ada)) {
    assert.equal(await openWithJose(one.profile[name] ?? "", keys, one.guestId, `/${name}`), value);
  }
  const email = one.profile["email"] ?? "";
  await assert.rejects(openWithJose(email, keys, one.guestId, "/phone"), /another field/);
  await assert.rejects(openWithJose(email, keys, other.guestId, "/email"), /another guest/);
});

test("`guestsync open` refuses a value that was moved, changed, or sealed to another key", async () => {
  const gateway = await startGateway(file);
  const { guestId, profile } = await sealedProfile(gateway);
  const other = await sealedProfile(gateway);
  const email = profile["email"] ?? "";
  /** @param {string} guest @param {string} field @param {string} value */
  const open = (guest, field, value) => openSealed(gateway, ["--guest", guest, "--field", field], value);
  /** @param {string} code @param {ReturnType<typeof open>} opened */
  const refused = async (code, opened) => {
    const { code: exit, stdout, stderr } = await opened;
    assert.deepEqual([exit, stdout], [1, ""]);
    assert.ok(stderr.includes(code), stderr);
    assert.ok(!stderr.includes(email.slice(0, 40)), "the value is not repeated");
  };
  await refused("seal.misplaced", open(guestId, "/phone", email));
  await refused("seal.misplaced", open(other.guestId, "/email", email));
  const [header, , iv, text, tag] = email.split(".");
  const [, , otherIv] = (profile["phone"] ?? "").split(".");
  await refused("seal.forged", open(guestId, "/email", [header, "", otherIv, text, tag].join(".")));
  await refused("seal.malformed", open(guestId, "/email", [header, "AAAA", iv, text, tag].join(".")));
  const members = JSON.parse(Buffer.from(header ?? "", "base64url").toString());
  const forged = Buffer.from(JSON.stringify({ ...members, kid: "unknown" })).toString("base64url");
  await refused("seal.key_unknown", open(guestId, "/email", [forged, "", iv, text, tag].join(".")));
  const direct = Buffer.from('{"alg":"dir","enc":"A256GCM"}').toString("base64url");
  await refused("seal.", open(guestId, "/email", [direct, "", iv, text, tag].join(".")));
});

test("in the `shared` mode WebCrypto opens with the guest's own key, and refuses a value that was moved by itself", async () => {
  const gateway = await startGatewayWith(file, 'mode = "shared"');
  const { page, guestId, profile } = await sealedProfile(gateway);
  const key = await page.evaluate(async (guestId) => {
    const json = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ guestId }) };
    const { token } = await (await fetch("/api/token", json)).json();
    return (await (await fetch("/api/field-key", { method: "POST", headers: { authorization: `Bearer ${token}` } })).json()).key;
  }, guestId);
  const aes = await crypto.subtle.importKey("raw", Buffer.from(key, "base64url"), "AES-GCM", false, ["decrypt"]);
  const open = async (/** @type {string} */ sealed, /** @type {string} */ place) => {
    const bytes = Buffer.from(sealed, "base64");
    const gcm = { name: "AES-GCM", iv: bytes.subarray(0, 12), additionalData: new TextEncoder().encode(place) };
    return new TextDecoder().decode(await crypto.subtle.decrypt(gcm, aes, bytes.subarray(12)));
  };
  for (const [name, value] of Object.entries(ada)) assert.equal(await open(profile[name] ?? "", `${guestId}/${name}`), value);
  await assert.rejects(open(profile["email"] ?? "", `${guestId}/phone`));
  await assert.rejects(open(profile["email"] ?? "", `someone-else/email`));
  const byHolder = (/** @type {string} */ field) => openSealed(gateway, ["--guest", guestId, "--field", field], profile["email"] ?? "");
  assert.equal((await byHolder("/phone")).code, 1);
  assert.equal((await byHolder("/email")).stdout, `${ada.email}\n`);
});
