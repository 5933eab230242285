/** What every shell's wasm exports, as wasm-bindgen makes it of functions that take text and numbers and give text. */
interface Exports {
  memory: WebAssembly.Memory;
  __wbindgen_malloc(length: number, align: number): number;
  __wbindgen_free(pointer: number, length: number, align: number): void;
}

/** Where a text lies in the memory. */
export type Place = [pointer: number, length: number];

/** Compiles while it arrives, where the server names the media type; never on the page's thread. */
export async function compiled(response: Response): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compileStreaming(response.clone());
  } catch {
    return WebAssembly.compile(await response.arrayBuffer());
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * One instance of a shell's wasm, with a memory of its own. Of wasm-bindgen's own glue, which holds one instance for ever, this is the
 * part that is needed; the build removes from the wasm what the rest of it would use (`scripts/lib/build/wasm.mjs`).
 */
export class Instance<Functions> {
  readonly exports: Functions & Exports;

  constructor({ exports }: WebAssembly.Instance) {
    this.exports = exports as unknown as Functions & Exports;
  }

  /** For a page: on its thread Chromium before 114 makes none of more than 4 KB at once. */
  static async of<Functions>(module: WebAssembly.Module): Promise<Instance<Functions>> {
    return new Instance(await WebAssembly.instantiate(module));
  }

  #bytes([pointer, length]: Place): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer, pointer >>> 0, length >>> 0);
  }

  /** Hands over bytes, which are wiped outside. Whom they are given to frees them. */
  give(bytes: Uint8Array): Place {
    const { length } = bytes;
    const place: Place = [this.exports.__wbindgen_malloc(length, 1), length];
    this.#bytes(place).set(bytes);
    bytes.fill(0);
    return place;
  }

  /** The same with a text, as UTF-8. */
  pass(text: string): Place {
    return this.give(encoder.encode(text));
  }

  /** Takes a text over: its place is wiped and freed. */
  take(place: Place): string {
    const bytes = this.#bytes(place);
    const text = decoder.decode(bytes);
    bytes.fill(0);
    this.exports.__wbindgen_free(place[0], place[1], 1);
    return text;
  }
}
