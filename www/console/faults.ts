// The fourth card: tells the sandbox how to misbehave.

import { failureText, refusal, type Answer } from "./api.js";
import { el, find } from "./dom.js";
import { notice } from "./notice.js";
import { PLANS, planInForce, type Plan } from "./fault-plans.js";
import { faults, resetSandbox, setFaults } from "./sandbox.js";

const choices = find("faults", HTMLFieldSetElement);
const result = find("faults-result", HTMLDivElement);

/** Builds the choices and shows which one the sandbox follows now; calls back when the sandbox was emptied. */
export async function showFaults(emptied: () => void): Promise<void> {
  choices.append(...PLANS.map(choice));
  find("sandbox-reset", HTMLButtonElement).addEventListener("click", () => void reset(emptied));
  try {
    check(planInForce(await faults()));
  } catch {
    find("faults-card", HTMLElement).hidden = true;
  }
}

function choice(plan: Plan): HTMLElement {
  const radio = el("input", { type: "radio", name: "fault", value: plan.name, "data-testid": `fault-${plan.name}` });
  radio.addEventListener("change", () => void apply(plan));
  return el("label", { class: "choice" }, radio, el("span", {}, el("b", {}, plan.label), el("small", {}, plan.effect)));
}

async function apply(plan: Plan): Promise<void> {
  await attempt(setFaults(plan.document));
  try {
    check(planInForce(await faults()));
  } catch {
    check(undefined);
  }
}

async function reset(emptied: () => void): Promise<void> {
  if (!(await attempt(resetSandbox()))) return;
  check("none");
  emptied();
}

async function attempt(request: Promise<Answer>): Promise<boolean> {
  result.replaceChildren();
  try {
    const answer = await request;
    if (!answer.ok) result.replaceChildren(notice("bad", refusal(answer).code, refusal(answer).message));
    return answer.ok;
  } catch (failure) {
    result.replaceChildren(notice("bad", "The sandbox does not answer", failureText(failure)));
    return false;
  }
}

function check(name: string | undefined): void {
  for (const radio of choices.querySelectorAll("input")) radio.checked = radio.value === name;
}
