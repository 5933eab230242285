import assert from "node:assert/strict";
import { test } from "node:test";
import { wasmParts } from "../../scripts/lib/size/wasm-parts.mjs";

/** (module (import "m" "f" (func $imported)) (func $small) (func $large (call 0) (call 0)) with a name section. */
const module = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 4, 1, 0x60, 0, 0],
  ...[2, 7, 1, 1, 0x6d, 1, 0x66, 0, 0],
  ...[3, 3, 2, 0, 0],
  ...[10, 11, 2, 2, 0, 0x0b, 6, 0, 0x10, 0, 0x10, 0, 0x0b],
  ...[
    0, 27, 4, 0x6e, 0x61, 0x6d, 0x65, 1, 20, 3, 0, 3, 0x69, 0x6d, 0x70, 1, 5, 0x73, 0x6d, 0x61, 0x6c, 0x6c, 2, 5, 0x6c, 0x61,
    0x72, 0x67, 0x65,
  ],
]);

test("functions carry their names past the imported ones and come largest first", async () => {
  await WebAssembly.compile(module);
  assert.deepEqual(wasmParts(module).functions, [
    { name: "large", bytes: 6 },
    { name: "small", bytes: 2 },
  ]);
});

test("sections are measured without their own header", () => {
  const sizes = Object.fromEntries(wasmParts(module).sections.map(({ name, bytes }) => [name, bytes]));
  assert.deepEqual(sizes, { type: 4, import: 7, function: 3, code: 11, name: 27 });
});
