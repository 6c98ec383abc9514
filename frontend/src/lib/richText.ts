/**
 * Reads the HTML subset of an event's description without the browser's parser: what it does not know becomes
 * nothing, and text is only ever text. The server has cleaned it; this would hold if it had not.
 */

export type RichElement = { tag: RichTag; href: string | undefined; children: RichNode[] };
export type RichNode = string | RichElement;

const TAGS = [
  "a",
  "b",
  "blockquote",
  "br",
  "code",
  "em",
  "h3",
  "h4",
  "hr",
  "i",
  "li",
  "ol",
  "p",
  "pre",
  "s",
  "strong",
  "u",
  "ul",
] as const;
export type RichTag = (typeof TAGS)[number];

const KNOWN: ReadonlySet<string> = new Set(TAGS);
const EMPTY: ReadonlySet<string> = new Set(["br", "hr"]);
const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:"]);
const ENTITIES: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  nbsp: "\u00a0",
};
/** Deeper markup is cut off: React would run out of stack long after a reader lost the thread. */
const DEPTH = 40;
const TOKEN = /<!--[\s\S]*?-->|<(\/?)([A-Za-z][A-Za-z0-9]*)((?:"[^"]*"|'[^']*'|[^'"<>])*)>/g;
const HREF = /(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)')/i;

function decode(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|nbsp);/g, (_, name: string) => ENTITIES[name] ?? "");
}

/** The address where it is absolute and of a harmless kind. */
export function safeHref(raw: string): string | undefined {
  try {
    const url = new URL(raw);
    return SCHEMES.has(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function hrefOf(tag: string, attributes: string): string | undefined {
  const found = tag === "a" ? HREF.exec(attributes) : null;
  return found ? safeHref(decode(found[1] ?? found[2] ?? "")) : undefined;
}

/** The nodes of a piece of markup. */
export function parseRichText(markup: string): RichNode[] {
  const root: RichNode[] = [];
  const open: RichElement[] = [];
  const add = (node: RichNode) => (open.at(-1)?.children ?? root).push(node);
  const say = (text: string) => {
    if (text !== "") add(decode(text));
  };
  let at = 0;
  for (const match of markup.matchAll(TOKEN)) {
    say(markup.slice(at, match.index));
    at = match.index + match[0].length;
    const tag = match[2]?.toLowerCase();
    if (tag === undefined || !KNOWN.has(tag)) continue;
    if (match[1] === "/") {
      const index = open.findLastIndex((element) => element.tag === tag);
      if (index >= 0) open.length = index;
      continue;
    }
    if (open.length >= DEPTH) continue;
    const element = { tag: tag as RichTag, href: hrefOf(tag, match[3] ?? ""), children: [] };
    add(element);
    if (!EMPTY.has(tag)) open.push(element);
  }
  say(markup.slice(at));
  return root;
}
