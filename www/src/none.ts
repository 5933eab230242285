/** Nothing stated, and nothing inherited. */
export const NONE = Object.create(null) as Record<string, never>;
