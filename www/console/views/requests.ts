// The requests that reached Genesys, newest first.

import { parse } from "../api.js";
import { el, find, type Child } from "../dom.js";
import { lockIcon } from "../icons.js";
import { empty } from "../notice.js";
import type { SentRequest } from "../sandbox.js";
import { shortPath } from "../short-id.js";
import { jsonBlock } from "./json.js";
import { countSealed } from "./jwe.js";
import { requestTitle } from "./request-title.js";
import { clock } from "./time.js";

const LISTED = 25;
const HEADERS = ["content-type", "authorization", "idempotency-key", "if-match", "if-none-match"];

const view = find("requests", HTMLDivElement);
const list = el("ol", { class: "requests" });

/** Starts with an empty list. */
export function clearRequests(): void {
  list.replaceChildren();
  view.replaceChildren(empty("Nothing yet. Each request to Genesys appears here as it was sent."));
}

/** Adds requests, oldest first. */
export function addRequests(requests: readonly SentRequest[]): void {
  if (requests.length === 0) return;
  list.prepend(...requests.slice(-LISTED).map(entry).reverse());
  while (list.childElementCount > LISTED) list.lastElementChild?.remove();
  if (list.parentElement !== view) view.replaceChildren(list);
}

function entry(request: SentRequest): HTMLElement {
  const body = parse(request.body);
  const sealed = countSealed(body);
  const summary = el(
    "summary",
    {},
    status(request.status),
    el("span", { class: "request-title" }, requestTitle(request.method, request.path)),
    el(
      "span",
      { class: "request-meta" },
      sealed > 0 ? sealedBadge(sealed) : null,
      request.durationMs > 0 ? `${request.durationMs} ms` : null,
      el("time", { datetime: request.at }, clock(request.at)),
    ),
    line(request.method, shortPath(request.path)),
  );
  const details = el("details", {}, summary, el("div", { class: "request-body" }, ...parts(request, body)));
  return el(
    "li",
    {
      "data-testid": "request",
      "data-seq": request.seq,
      "data-method": request.method,
      "data-path": request.path,
      "data-status": request.status ?? "none",
    },
    details,
  );
}

function line(method: string, path: string): HTMLElement {
  // A long path breaks before its slashes.
  const segments = path.split("/").flatMap((segment, index): Child[] => (index === 0 ? [segment] : [el("wbr"), `/${segment}`]));
  return el("code", { class: "request-line" }, el("b", {}, method), " ", ...segments);
}

function status(code: number | null): HTMLElement {
  const tone = code === null ? "bad" : code < 300 ? "good" : code === 429 || code >= 500 ? "wait" : "bad";
  return el("span", { class: "pill", "data-tone": tone }, code === null ? "lost" : String(code));
}

function sealedBadge(count: number): HTMLElement {
  return el("span", { class: "sealed-badge", "data-testid": "sealed-badge" }, lockIcon(), `${count} sealed`);
}

function parts(request: SentRequest, body: unknown): Child[] {
  const headers = HEADERS.flatMap((name) => {
    const value = request.headers[name];
    return value === undefined ? [] : [el("div", {}, el("dt", {}, name), el("dd", {}, value))];
  });
  return [
    line(request.method, request.path),
    headers.length === 0 ? null : el("dl", { class: "headers" }, ...headers),
    ...part("Sent", body, "Without a body."),
    ...part("Answered", parse(request.response ?? ""), unanswered(request)),
  ];
}

function part(title: string, value: unknown, otherwise: string): Child[] {
  return [el("h3", {}, title), value === null ? empty(otherwise) : jsonBlock(value)];
}

function unanswered({ status, applied }: SentRequest): string {
  if (status !== null) return "Without a body.";
  return applied ? "The request took effect, but its answer was lost." : "No answer was given.";
}
