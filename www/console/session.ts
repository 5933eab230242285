// The first card: the visitor agrees, the gateway starts a guest session.

import { failureText, isObject, refusal, send } from "./api.js";
import { el, find } from "./dom.js";
import { notice } from "./notice.js";
import { shortId } from "./short-id.js";
import { forgetSession, lastSession, rememberSession, type Session } from "./state.js";

const card = find("session", HTMLDivElement);

/** Asks for consent; calls back once with the session that came of it. */
export function askForSession(started: (session: Session) => void): void {
  const button = el("button", { class: "primary", type: "button", "data-testid": "start-session" }, "Agree and start");
  let begun = false;
  const begin = (session: Session): void => {
    if (begun) return;
    begun = true;
    rememberSession(session);
    started(session);
    // The button that had the focus is gone.
    card.focus();
  };
  const problem = el("div", { role: "status", "data-testid": "session-result" });
  button.addEventListener("click", async () => {
    button.disabled = true;
    problem.replaceChildren();
    const outcome = await init().catch((failure: unknown) => notice("bad", "The gateway does not answer", failureText(failure)));
    if (outcome instanceof Node) {
      problem.replaceChildren(outcome);
      button.disabled = false;
    } else {
      begin(outcome);
    }
  });
  card.replaceChildren(
    el(
      "p",
      { class: "hint" },
      "The visitor agrees to the chat. The gateway then creates a guest at Genesys and sets a session cookie.",
    ),
    el("div", { class: "actions" }, button, goOn(begin)),
    problem,
  );
}

/** Shows the session that everything below belongs to. */
export function showSession({ guestId, sessionId }: Session): void {
  card.replaceChildren(
    el(
      "dl",
      { class: "facts" },
      el("dt", {}, "Guest"),
      el("dd", { "data-testid": "guest-id" }, guestId),
      el("dt", {}, "Session"),
      el("dd", { "data-testid": "session-id" }, sessionId),
    ),
    el("div", { class: "actions" }, anotherSession()),
  );
}

/** Says that the sandbox has never heard of this guest, for example because it was started anew. */
export function showSessionGone(): void {
  card.replaceChildren(
    notice("bad", "The sandbox does not know this guest", "It was emptied or started anew. Start another session."),
    el("div", { class: "actions" }, anotherSession()),
  );
}

/** A tab that was closed or has crashed left its session behind, and with it what waits in the journal. */
function goOn(begin: (session: Session) => void): HTMLButtonElement | null {
  const last = lastSession();
  if (last === null) return null;
  const button = el("button", { type: "button", "data-testid": "resume-session" }, `Go on as ${shortId(last.guestId)}`);
  button.addEventListener("click", () => begin(last));
  return button;
}

function anotherSession(): HTMLButtonElement {
  const button = el("button", { class: "quiet", type: "button", "data-testid": "new-session" }, "Start another session");
  button.addEventListener("click", () => {
    forgetSession();
    location.reload();
  });
  return button;
}

async function init(): Promise<Session | HTMLElement> {
  const sessionId = crypto.randomUUID();
  const answer = await send("POST", "/api/webchat/init", { sessionId, consentGiven: true, consentType: "explicit" });
  if (answer.ok && isObject(answer.body) && typeof answer.body["guestId"] === "string") {
    return { sessionId, guestId: answer.body["guestId"] };
  }
  const { code, message } = refusal(answer);
  return notice("bad", code, message);
}
