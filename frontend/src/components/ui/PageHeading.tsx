import { type ReactNode, useEffect, useRef } from "react";

let firstPage = true;

/**
 * The page's h1. It names the tab, and takes the focus when one page follows another, so that a keyboard or screen reader
 * begins where the new page begins. The very first page leaves the focus to the browser.
 */
export function PageHeading({
  title,
  children,
  focusKey,
}: {
  title: string;
  children?: ReactNode;
  focusKey?: string;
}) {
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    document.title = title === "Global PRS" ? title : `${title} · Global PRS`;
  }, [title]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new key is a new page under the same heading
  useEffect(() => {
    if (firstPage) {
      firstPage = false;
      return;
    }
    heading.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [focusKey]);

  return (
    <h1 ref={heading} tabIndex={-1}>
      {children ?? title}
    </h1>
  );
}
