// Stands in for `re2js` (see vite.config.ts). RE2's tables weigh more than the rest of the wizard together, and few forms have a
// pattern: they are loaded before the first evaluation of a form that needs them, and never otherwise.
import type { RE2JS as RealRe2 } from "re2js-itself";

let real: typeof RealRe2 | null = null;

export const RE2JS = {
  compile(pattern: string): RealRe2 {
    if (!real) throw new Error("loadRe2() comes before the first pattern");
    return real.compile(pattern);
  },
};

export async function loadRe2(): Promise<void> {
  real ??= (await import("re2js-itself")).RE2JS;
}
