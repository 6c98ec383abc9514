import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { RichText } from "@/components/ui/RichText";
import hostile from "../../../tests/vectors/markup.json" with { type: "json" };
import { parseRichText, safeHref } from "./richText";

const TAGS = /^(A|B|BLOCKQUOTE|BR|CODE|EM|H3|H4|HR|I|LI|OL|P|PRE|S|STRONG|U|UL)$/;
const HREF = /^(https?|mailto|tel):/;

function faults(root: ParentNode): string[] {
  return [...root.querySelectorAll("*")].flatMap((element) => [
    ...(TAGS.test(element.tagName) ? [] : [element.tagName]),
    ...[...element.attributes]
      .filter(({ name, value }) =>
        element.tagName !== "A" ? true : name === "href" ? !HREF.test(value) : name !== "rel",
      )
      .map(({ name, value }) => `${element.tagName} ${name}=${value}`),
  ]);
}

test.each(hostile)("draws nothing but the subset, uncleaned by the server: %s", (markup) => {
  const { container } = render(<RichText markup={markup} />);
  expect(faults(container.firstElementChild as Element)).toEqual([]);
});

test("the same texts do harm where the browser's parser gets them", () => {
  const found = hostile.filter((markup) => {
    const holder = document.implementation.createHTMLDocument().createElement("div");
    holder.innerHTML = markup;
    return faults(holder).length > 0;
  });
  expect(found.length).toBeGreaterThan(60);
});

test("draws what the server keeps", () => {
  render(
    <RichText markup='<h3>Day</h3>\n<p>5 &lt; 6 &amp; <strong>on</strong>, <a href="https://ok.example/?a=1&amp;b=2" rel="x">go</a></p><ul><li>one</li></ul>' />,
  );
  expect(screen.getByRole("heading", { level: 3, name: "Day" })).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "go" })).toHaveAttribute(
    "href",
    "https://ok.example/?a=1&b=2",
  );
  expect(screen.getByRole("listitem")).toHaveTextContent("one");
  expect(screen.getByText(/5 < 6 &/)).toBeInTheDocument();
});

test("keeps the line breaks of plain text", () => {
  const { container } = render(<RichText markup={"one\n\ntwo"} />);
  expect(container.firstElementChild?.textContent).toBe("one\n\ntwo");
});

test.each(["<a<", '<a "', "<!--", "<b>", "</b>", '<a href="'])(
  "reads the longest text quickly: %s",
  (piece) => {
    const started = performance.now();
    parseRichText(piece.repeat(100_000 / piece.length));
    expect(performance.now() - started).toBeLessThan(2000);
  },
);

test.each(["javascript:alert(1)", " java\tscript:alert(1)", "//evil.example", "/here", "data:,x"])(
  "does not link to %s",
  (href) => {
    expect(safeHref(href)).toBeUndefined();
  },
);
