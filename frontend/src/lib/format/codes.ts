import { codeName } from "./codeName";

// The languages and currencies a list offers, by name in the reader's language.

/** ISO 639-1, and those of 639-3 with more than a million speakers that forms ask for; the others can be named in a text field. */
export const LANGUAGES =
  "aa ab ace af ak am an ar ary arz as ast av awa ay az ba bal bar bem ber bg bgc bho bi bm bn bo br brx bs ca ce ceb ch ckb co cr cs cv cy da de din doi dv dyu dz ee el en eo es et eu fa ff fi fil fj fo fr fy ga gd gl gn gom gsw gu gv ha haw he hi hil hne ho hr ht hu hy hz ia id ig ii ilo is it iu ja jv ka kab kg ki kj kk kl km kmb kn ko kok kr ks ku kv kw ky la lb lg li ln lo lt lu lua luo lus lv mad mag mai mg mh mi min mk ml mn mni mos mr ms mt mwr my na nan nb nd ne new ng nl nn no nr nso nv ny oc oj om or os pa pag pam pcm pi pl prs ps pt qu raj rm rn ro ru rw sa sat sc scn sd se sg shi si sk skr sl sm sn so sq sr ss st su suk sv sw syr ta tcy te tet tg th ti tig tiv tk tl tn to tpi tr ts tt tum tw ty tzm ug uk umb ur uz ve vi vo wa war wo wuu xh yi yo yue za zgh zh zu".split(
    " ",
  );

/** Codes with their names, sorted as a reader of that language expects; a code the browser cannot name comes as it is. */
export function named(
  type: "currency" | "language",
  codes: readonly string[],
  locale: string,
): { value: string; label: string }[] {
  const collator = new Intl.Collator(locale);
  return codes
    .map((value) => ({ value, label: codeName(type, value, locale) }))
    .map(({ value, label }) => ({
      value,
      label: type === "currency" && label !== value ? `${label} (${value})` : label,
    }))
    .sort((a, b) => collator.compare(a.label, b.label));
}
