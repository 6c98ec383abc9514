import { useEffect, useRef } from "react";
import { NavLink, useLocation } from "react-router";
import "./sub-navigation.css";

export type SubPage = { to: string; label: string; search?: string };

/** The pages of an area, in one line that scrolls sideways where it does not fit. */
export function SubNavigation({ label, pages }: { label: string; pages: readonly SubPage[] }) {
  const list = useRef<HTMLUListElement>(null);
  const { pathname } = useLocation();

  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is another current entry
  useEffect(() => {
    const current = list.current?.querySelector<HTMLElement>("[aria-current=page]");
    const line = list.current;
    if (!line || !current) return;
    // The line alone moves: `scrollIntoView` would move the page too.
    const show = () => {
      const middle = current.offsetLeft + current.offsetWidth / 2;
      line.scrollLeft = middle - line.offsetWidth / 2;
    };
    show();
    // A phone is turned, a window made narrow.
    window.addEventListener("resize", show);
    return () => window.removeEventListener("resize", show);
  }, [pathname]);

  return (
    <nav className="sub-nav" aria-label={label}>
      <ul className="sub-nav-list" ref={list}>
        {pages.map(({ to, label: text, search = "" }) => (
          <li key={to}>
            <NavLink to={{ pathname: to, search }} end>
              {text}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
