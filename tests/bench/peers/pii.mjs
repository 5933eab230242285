/** What others find of personal data in a text: the design document's three expressions, and libphonenumber. */
import { findPhoneNumbersInText } from "libphonenumber-js/max";

const expressions = {
  phone: /\b\d{3}[-.]?\d{3}[-.]?\d{4}\b/,
  email: /\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b/,
  card: /\b\d{16}\b/,
};

/** @type {Record<string, (text: string, region: string | undefined) => string[]>} */
export const detectors = {
  document: (text) => Object.entries(expressions).flatMap(([kind, expression]) => (expression.test(text) ? [kind] : [])),
  libphonenumber: (text, region) => (findPhoneNumbersInText(text, region ? { defaultCountry: region, v2: true } : { v2: true }).length > 0 ? ["phone"] : []),
};
