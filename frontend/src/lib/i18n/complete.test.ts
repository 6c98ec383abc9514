import { describe, expect, it } from "vitest";
import { ar } from "./ar";
import { en } from "./en";
import { hi } from "./hi";

type Tree = { [key: string]: unknown };

function leaves(tree: Tree, path = ""): [string, unknown][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "object" && value !== null
      ? leaves(value as Tree, `${path}.${key}`)
      : [[`${path}.${key}`, value] as [string, unknown]],
  );
}

const areas = import.meta.glob<Record<string, Tree>>(
  ["../../features/*/texts/{en,hi,ar}.ts", "../../features/*/*/texts/{en,hi,ar}.ts"],
  {
    eager: true,
  },
);

const trees: [string, string, Tree, Tree][] = [
  ["the participant's texts", "hi", en, hi],
  ["the participant's texts", "ar", en, ar],
];
for (const path of Object.keys(areas).filter((one) => one.endsWith("/en.ts"))) {
  for (const locale of ["hi", "ar"]) {
    const other = areas[path.replace("/en.ts", `/${locale}.ts`)]?.[locale] ?? {};
    trees.push([path, locale, areas[path]?.en ?? {}, other]);
  }
}

/** Names and abbreviations that are the same in every language. */
const SHARED = /^[\s\d\W]*$|Global PRS|Aadhaar|PRS/;

describe("translations", () => {
  it.each(trees)("%s have every text in %s", (_area, _locale, english, other) => {
    const theirs = new Map(leaves(other));
    const missing = leaves(english).filter(([path, text]) => {
      const translated = theirs.get(path);
      if (translated === undefined || translated === "") return true;
      return typeof text === "string" && text === translated && !SHARED.test(text);
    });
    expect(missing.map(([path]) => path)).toEqual([]);
  });
});
