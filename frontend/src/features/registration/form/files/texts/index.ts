import { areaTexts } from "@/lib/i18n/areaTexts";
import { en } from "./en";

export const useFileTexts = areaTexts(en, {
  hi: async () => (await import("./hi")).hi,
  ar: async () => (await import("./ar")).ar,
});
