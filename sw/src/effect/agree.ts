import type { Core } from "../core.js";
import * as Tell from "../tell.js";

const curve = { name: "ECDH", namedCurve: "P-256" };

/** ECDH on P-256 with a fresh ephemeral key, whose private half cannot be read and is gone afterwards. */
export async function agree(core: Pick<Core, "tell" | "secretly">, key: JsonWebKey | undefined, keyId: string): Promise<void> {
  // Told in a later task, as all else: a key that is none fails at once.
  await Promise.resolve();
  let agreed: [ArrayBuffer, ArrayBuffer];
  try {
    // The members that make the point: with `use` or `key_ops` an engine may refuse the key for this.
    const { kty, crv, x, y } = key as JsonWebKey & Record<"kty" | "crv" | "x" | "y", string>;
    const theirs = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, curve, false, []);
    const ours = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
    agreed = await Promise.all([
      crypto.subtle.exportKey("raw", ours.publicKey),
      crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256),
    ]);
  } catch {
    return core.tell(Tell.agreeFailed, keyId);
  }
  const [point, secret] = agreed.map((bytes) => new Uint8Array(bytes)) as [Uint8Array, Uint8Array];
  const both = new Uint8Array(point.length + secret.length);
  both.set(point);
  both.set(secret, point.length);
  secret.fill(0);
  core.secretly(both, Tell.agreed, keyId);
}
