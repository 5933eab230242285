/** Kinds of personal data that are looked for, in the core's order. */
export const KINDS = ["email", "phone", "card", "iban", "ssn", "ip"] as const;
