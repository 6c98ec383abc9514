import { NavLink } from "react-router";
import "./sub-navigation.css";

export type SubPage = { to: string; label: string; search?: string };

/** The pages of an area, in one line that scrolls sideways where it does not fit. */
export function SubNavigation({ label, pages }: { label: string; pages: readonly SubPage[] }) {
  return (
    <nav className="sub-nav" aria-label={label}>
      <ul className="sub-nav-list">
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
