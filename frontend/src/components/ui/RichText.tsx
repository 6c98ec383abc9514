import { createElement, type ReactNode, useMemo } from "react";
import { parseRichText, type RichNode } from "@/lib/richText";
import "./richText.css";

const BLOCKS = new Set(["blockquote", "h3", "h4", "hr", "li", "ol", "p", "pre", "ul"]);

function draw(nodes: readonly RichNode[]): ReactNode[] {
  const blocks = nodes.some((node) => typeof node !== "string" && BLOCKS.has(node.tag));
  return nodes.map((node, index) => {
    // Line breaks between paragraphs are the author's spelling; those of plain text are meant.
    if (typeof node === "string") return blocks && node.trim() === "" ? null : node;
    const link = node.href && { href: node.href, rel: "noopener noreferrer nofollow" };
    const children = node.children.length > 0 ? draw(node.children) : undefined;
    return createElement(node.tag, { key: index, ...link }, children);
  });
}

/** Text with a little markup, as elements of our own making. */
export function RichText({ markup }: { markup: string }) {
  const nodes = useMemo(() => parseRichText(markup), [markup]);
  return <div className="prose rich">{draw(nodes)}</div>;
}
