/** The size of each function and section of a wasm file that still has its names (WebAssembly core specification, §5). */

/** @typedef {{ functions: { name: string, bytes: number }[], sections: { name: string, bytes: number }[] }} Parts */

const sectionNames = [
  "custom",
  "type",
  "import",
  "function",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "element",
  "code",
  "data",
  "data count",
];
const text = new TextDecoder();

class Reader {
  /** @param {Uint8Array} bytes @param {number} [at] @param {number} [end] */
  constructor(bytes, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get done() {
    return this.at >= this.end;
  }

  byte() {
    return this.bytes[this.at++] ?? 0;
  }

  /** An unsigned LEB128 number. */
  number() {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  /** A length and that many bytes, as a reader over them. */
  block() {
    const length = this.number();
    const inner = new Reader(this.bytes, this.at, this.at + length);
    this.at += length;
    return inner;
  }

  string() {
    const { bytes, at, end } = this.block();
    return text.decode(bytes.subarray(at, end));
  }
}

/** @param {Uint8Array} bytes @returns {Parts} both largest first */
export function wasmParts(bytes) {
  const reader = new Reader(bytes, 8);
  /** @type {Parts["sections"]} */
  const sections = [];
  /** @type {number[]} */
  let bodies = [];
  /** @type {Map<number, string>} */
  let names = new Map();
  let imported = 0;
  while (!reader.done) {
    const id = reader.byte();
    const section = reader.block();
    const bytesIn = section.end - section.at;
    let name = sectionNames[id] ?? `section ${id}`;
    if (id === 0) {
      name = section.string();
      if (name === "name") names = functionNames(section);
    }
    if (id === 2) imported = importedFunctions(section);
    if (id === 10) bodies = functionBodies(section);
    sections.push({ name, bytes: bytesIn });
  }
  const functions = bodies.map((size, index) => ({
    name: names.get(imported + index) ?? `function ${imported + index}`,
    bytes: size,
  }));
  return { functions: functions.sort(largestFirst), sections: sections.sort(largestFirst) };
}

/** @param {{ bytes: number }} a @param {{ bytes: number }} b */
const largestFirst = (a, b) => b.bytes - a.bytes;

/** @param {Reader} section */
function functionBodies(section) {
  return Array.from({ length: section.number() }, () => {
    const body = section.block();
    return body.end - body.at;
  });
}

/** Imported functions come first in the numbering. @param {Reader} section */
function importedFunctions(section) {
  let functions = 0;
  for (let left = section.number(); left > 0; left -= 1) {
    section.string();
    section.string();
    const kind = section.byte();
    if (kind === 0) functions += 1;
    if (kind === 0) section.number();
    else skipOther(section, kind);
  }
  return functions;
}

/** @param {Reader} section @param {number} kind table, memory, global or tag */
function skipOther(section, kind) {
  if (kind === 1 || kind === 3 || kind === 4) section.byte();
  if (kind === 3) section.byte();
  else if (kind === 4) section.number();
  else {
    const limits = section.number();
    section.number();
    if (limits & 1) section.number();
  }
}

/** @param {Reader} section the custom section `name`, after its name */
function functionNames(section) {
  /** @type {Map<number, string>} */
  const names = new Map();
  while (!section.done) {
    const kind = section.byte();
    const block = section.block();
    if (kind !== 1) continue;
    for (let left = block.number(); left > 0; left -= 1) names.set(block.number(), block.string());
  }
  return names;
}
