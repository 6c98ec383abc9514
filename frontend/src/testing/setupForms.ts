import { loadRe2 } from "@/lib/regex/lazyRe2";

await loadRe2();
