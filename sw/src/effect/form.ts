import { BodyKind, ProfileWorker, UnreadableForm } from "#worker-glue";
import { handOver } from "./http.js";

/** Reads a posted form with the engine's own parsers and hands it to the machine; `entered` hears whose it is. */
export async function readForm(
  worker: ProfileWorker,
  form: number,
  request: Request,
  entered: (guestId: string) => void,
): Promise<void> {
  const navigation = request.mode === "navigate";
  const fields = await fieldsOf(request).catch(() => UnreadableForm.Malformed);
  if (typeof fields === "number") return worker.unreadable(form, navigation, fields);
  // In one task: the machine takes the fields of one form at a time.
  for (const [name, value] of fields) {
    const wanted = worker.field(name);
    if (name === "guestId" && typeof value === "string") entered(value.trim());
    if (value instanceof File) {
      // A file input that nobody touched comes as a file without name and content.
      if (value.size > 0 || value.name !== "") worker.file();
    } else if (wanted) {
      giveValue(worker, value);
    }
  }
  worker.submitted(form, navigation);
}

function giveValue(worker: ProfileWorker, value: unknown): void {
  if (typeof value === "string") handOver(value, (utf8) => worker.text(utf8));
  else if (typeof value === "boolean") worker.flag(value);
  else if (value !== null) worker.other();
}

async function fieldsOf(request: Request): Promise<Iterable<[string, unknown]> | UnreadableForm> {
  const contentType = request.headers.get("content-type") ?? "";
  const kind = ProfileWorker.body(contentType);
  if (kind === undefined) return UnreadableForm.Type;
  const bytes = await bytesOf(request, ProfileWorker.maxBytes());
  if (!bytes) return UnreadableForm.TooLarge;
  const body = new Response(bytes, { headers: { "content-type": contentType } });
  bytes.fill(0);
  if (kind === BodyKind.Form) return body.formData();
  const value: unknown = await body.json();
  if (typeof value !== "object" || value === null || Array.isArray(value)) return UnreadableForm.Malformed;
  return Object.entries(value);
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
