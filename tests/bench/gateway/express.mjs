/**
 * The same flow as a small team writes it: Express, axios, the session hashed, the default guest made, its token handed out; A1 passed on.
 * `node express.mjs UPSTREAM ID SECRET`
 */
import { createHash, randomBytes } from "node:crypto";
import { Agent } from "node:http";
import axios from "axios";
import express from "express";

const [upstream, id, secret] = process.argv.slice(2);
const api = axios.create({ baseURL: upstream, httpAgent: new Agent({ keepAlive: true }), timeout: 10_000, validateStatus: () => true });

/** @type {Promise<string> | undefined} */
let token;

/** One token for all, asked for once. */
function organisation() {
  token ??= api
    .post("/oauth/token", "grant_type=client_credentials", {
      auth: { username: id, password: secret },
      headers: { "content-type": "application/x-www-form-urlencoded" },
    })
    .then((/** @type {any} */ { data }) => data.access_token);
  return token;
}

const call = async (/** @type {string} */ path, /** @type {unknown} */ body) =>
  api.post(path, body, { headers: { authorization: `Bearer ${await organisation()}` } });

/** @type {Map<string, { guestId: string, cookie: string }>} */
const sessions = new Map();

const app = express();
app.disable("x-powered-by");
app.use(express.json({ limit: "500kb" }));

app.post("/api/webchat/init", async (/** @type {any} */ request, /** @type {any} */ response) => {
  const { sessionId, consentGiven, consentType } = request.body;
  if (typeof sessionId !== "string" || typeof consentGiven !== "boolean" || !["explicit", "implicit"].includes(consentType))
    return response.status(400).json({ error: "invalid" });
  if (!consentGiven) return response.status(403).json({ error: "consent" });
  const hash = createHash("sha256").update(sessionId).digest("hex");
  let session = sessions.get(hash);
  if (!session) {
    const guest = {
      name: "Guest",
      email: `visitor_${hash.slice(0, 8)}@guest.invalid`,
      consentGiven,
      consentType,
      attributes: { crmTier: "Unknown", historicalTickets: 0, integrationSource: "express" },
    };
    const created = await call("/api/v2/webchat/v1/guests", guest);
    if (created.status !== 201) return response.status(500).json({ error: "upstream" });
    session = { guestId: created.data.id, cookie: randomBytes(32).toString("base64url") };
    sessions.set(hash, session);
  }
  const issued = await call(`/api/v2/webchat/v1/guests/${session.guestId}/tokens`, {});
  if (issued.status !== 200) return response.status(500).json({ error: "upstream" });
  response.cookie(`session-${session.guestId}`, session.cookie, { httpOnly: true, sameSite: "lax", maxAge: 2_592_000_000 });
  return response.json({
    guestId: session.guestId,
    accessToken: issued.data.token,
    expiresAt: issued.data.expires_at,
    crmAttributes: { firstName: "Guest", tier: "Unknown" },
  });
});

app.post("/genesys/api/v2/conversations/webmessaging/guests/:id/attributes", async (/** @type {any} */ request, /** @type {any} */ response) => {
  if (!request.headers.authorization?.startsWith("Bearer ")) return response.status(401).json({ error: "unauthorized" });
  const answer = await call(`/api/v2/conversations/webmessaging/guests/${request.params.id}/attributes`, request.body);
  if (answer.headers.etag) response.set("etag", answer.headers.etag);
  return response.status(answer.status).json(answer.data);
});

const server = app.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(`listening on http://127.0.0.1:${address && typeof address === "object" ? address.port : ""}`);
});
