/** Who is measured: the script of each worker, and how the server reads what it sends. */
import { readFile } from "node:fs/promises";
import { compactDecrypt, importJWK } from "jose";
import { bundle } from "../../../scripts/lib/build/bundle.mjs";
import { filesBelow } from "../../../scripts/lib/files.mjs";
import { at } from "../../../scripts/lib/paths.mjs";

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} title
 * @property {string} script of the worker; empty: there is none
 * @property {string} sync the tag of its Background Sync
 * @property {(value: string) => Promise<string>} open what the key holder reads
 */

/** The fields of a form of the bench. */
export const FIELDS = ["email", "phone", "name"];

/** @param {JsonWebKey} privateKey of the key set @returns {Promise<Record<"guestsync" | "workbox" | "document" | "plain" | "none", Contender>>} */
export async function contenders(privateKey) {
  const key = await importJWK(/** @type {import("jose").JWK} */ (privateKey), "ECDH-ES");
  const ours = await readFile(at("dist/npm/guestsync-sw.js"), "utf8");
  const plain = async (/** @type {string} */ value) => value;
  return {
    guestsync: {
      name: "guestsync",
      title: "Guestsync",
      script: `${ours}\nguestsyncWorker.start();`,
      sync: "guestsync-forms",
      open: async (value) => new TextDecoder().decode((await compactDecrypt(value, key)).plaintext),
    },
    workbox: { name: "workbox", title: "workbox-background-sync", script: await script("workbox"), sync: "workbox-background-sync:forms", open: plain },
    document: { name: "document", title: "design document", script: await script("document"), sync: "", open: openDocument },
    plain: { name: "plain", title: "plain worker", script: await script("plain"), sync: "", open: plain },
    none: { name: "none", title: "no worker", script: "", sync: "", open: plain },
  };
}

/** @param {string} name */
async function script(name) {
  const define = { "process.env.NODE_ENV": '"production"' };
  return readFile(await bundle(`tests/bench/worker/peers/${name}.mjs`, `dist/bench/worker-${name}.js`, { format: "iife", define }), "utf8");
}

/** @param {string} value */
async function openDocument(value) {
  const secret = new TextEncoder().encode("bench-master-secret-of-32-bytes!");
  const key = await crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["decrypt"]);
  const bytes = Buffer.from(value, "base64");
  return new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.subarray(0, 12) }, key, bytes.subarray(12)));
}

/** @returns {Promise<Map<string, Buffer>>} what the site serves below `/guestsync/` */
export async function siteFiles() {
  const files = (await filesBelow(at("dist/npm"))).filter((path) => /\/(index\.js|worker\.[0-9a-f]+\.wasm)$/.test(path) && !path.includes("/types/"));
  return new Map(await Promise.all(files.map(async (path) => /** @type {const} */ ([path.replace(/.*\//, ""), await readFile(path)]))));
}
