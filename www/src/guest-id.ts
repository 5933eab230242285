/** Whether an address can carry it as it is: 1 to 128 letters, digits, dots, tildes, underscores or hyphens, and not `.` or `..` alone. */
export const isGuest = (value: unknown): value is string => typeof value === "string" && /^(?!\.\.?$)[A-Za-z0-9._~-]{1,128}$/.test(value);
