import { loadLanguages } from "@/lib/forms/languageCodes";
import { loadRe2 } from "@/lib/regex/lazyRe2";

await Promise.all([loadRe2(), loadLanguages()]);
