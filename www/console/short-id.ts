// Long identifiers, cut for reading.

const UUID = /\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
const LONGEST = 14;
const KEPT = 8;

/** One identifier, cut where it is long. */
export function shortId(id: string): string {
  return id.length > LONGEST ? `${id.slice(0, KEPT)}…` : id;
}

/** A path with each UUID in it cut. */
export function shortPath(path: string): string {
  return path.replaceAll(UUID, "$1…");
}
