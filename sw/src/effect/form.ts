import { type Core, flag } from "../core.js";
import * as Tell from "../tell.js";

/** Reads a posted form with the engine's own parsers and hands it to the machine; `entered` hears whose it is. */
export async function readForm(
  core: Core,
  form: number,
  request: Request,
  json: boolean,
  entered: (guestId: string) => void,
): Promise<void> {
  const navigation = flag(request.mode === "navigate");
  const { maxBytes, maxFields, wanted } = core.limits;
  let fields: [string, unknown][];
  try {
    const bytes = await bytesOf(request, maxBytes);
    if (!bytes) return core.tell(Tell.unreadable, form, navigation, flag(true));
    fields = await fieldsOf(bytes, request.headers.get("content-type") ?? "", json);
  } catch {
    return core.tell(Tell.unreadable, form, navigation, null);
  }
  for (const [name, value] of fields) if (name === "guestId" && typeof value === "string") entered(value.trim());
  // One more than a form may have shows that there are too many.
  const entries = fields.slice(0, maxFields + 1).flatMap(([name, value]) => [name, given(value, wanted.includes(name))]);
  core.secretly(crypto.getRandomValues(new Uint8Array(32)), Tell.submitted, form, navigation, ...entries);
}

/** A value with its type's letter before it; of one that is not wanted, only that it is a file. */
function given(value: unknown, wanted: boolean): string | null {
  // A file input that nobody touched comes as a file without name and content.
  if (value instanceof File) return value.size > 0 || value.name !== "" ? "f" : null;
  if (!wanted || value === null) return null;
  if (typeof value === "string") return `s${value}`;
  return typeof value === "boolean" ? `b${value ? 1 : ""}` : "x";
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

async function fieldsOf(bytes: Uint8Array<ArrayBuffer>, contentType: string, json: boolean): Promise<[string, unknown][]> {
  try {
    // The usual one at once: the engine's way to it is a task more. A question mark that begins it is part of a name.
    if (contentType.startsWith("application/x-www-form-urlencoded")) return [...new URLSearchParams(`&${decoder.decode(bytes)}`)];
    const body = new Response(bytes, { headers: { "content-type": contentType } });
    if (!json) return [...(await body.formData())];
    const value: unknown = await body.json();
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("no object");
    return Object.entries(value);
  } finally {
    // Not before: WebKit makes no copy of them.
    bytes.fill(0);
  }
}

/**
 * The body, in this worker's own memory (a blob goes to another process, and perhaps to disk); undefined where it is larger, of which no
 * more is read than it takes to see that.
 */
async function bytesOf(request: Request, max: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!request.body) {
    // Not every engine streams the body of a request.
    const whole = await request.arrayBuffer();
    return whole.byteLength > max ? undefined : new Uint8Array(whole);
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    size += read.value.byteLength;
    if (size > max) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(read.value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
    chunk.fill(0);
  }
  return bytes;
}
