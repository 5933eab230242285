/** The response to a form. */
export function responseOf(
  status: number,
  to: string | undefined,
  contentType: string,
  policy: string | undefined,
  body: string,
): Response {
  if (to !== undefined) return Response.redirect(new URL(to, location.origin), status);
  const headers = new Headers({ "content-type": contentType, "cache-control": "no-store", "x-content-type-options": "nosniff" });
  if (policy !== undefined) headers.set("content-security-policy", policy);
  return new Response(body, { status, headers });
}
