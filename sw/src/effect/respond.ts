/** The response to a form. */
export function responseOf(
  status: number,
  to: string | null,
  contentType: string,
  policy: string | null,
  body: string,
): Response {
  if (to !== null) return Response.redirect(new URL(to, location.origin), status);
  const headers = new Headers({ "content-type": contentType, "cache-control": "no-store", "x-content-type-options": "nosniff" });
  if (policy !== null) headers.set("content-security-policy", policy);
  return new Response(body, { status, headers });
}
