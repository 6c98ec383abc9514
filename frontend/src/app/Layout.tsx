import type { ReactNode } from "react";
import { Link, NavLink, useNavigate } from "react-router";
import { Button } from "@/components/ui/Button";
import { useI18n } from "@/lib/i18n/i18n";
import { isStaff, useSession, useSignOut } from "@/lib/session/session";
import { LanguageSwitch } from "./LanguageSwitch";
import "./layout.css";

export function Layout({ children }: { children: ReactNode }) {
  const { messages: t } = useI18n();
  return (
    <>
      <a className="skip-link" href="#main">
        {t.common.skip}
      </a>
      <header className="site-header">
        <div className="site-bar">
          <Link to="/" className="brand">
            <BrandMark />
            <span>{t.common.brand}</span>
          </Link>
          <Navigation />
          <LanguageSwitch />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <footer className="site-footer">
        <div className="site-bar">
          <span>{t.common.footer}</span>
          <Link to="/support">{t.common.help}</Link>
          <a href="/docs">{t.common.apiDocs}</a>
        </div>
      </footer>
    </>
  );
}

function BrandMark() {
  return (
    <svg viewBox="0 0 32 32" width="30" height="30" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--accent)" />
      <path
        d="M6 21a10 10 0 0 1 20 0"
        fill="none"
        stroke="var(--on-accent)"
        strokeWidth="3"
        strokeLinecap="round"
      />
      <circle cx="16" cy="20" r="3.5" fill="var(--brand-sun)" />
    </svg>
  );
}

function Navigation() {
  const { messages: t } = useI18n();
  const session = useSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const goHome = () => navigate("/");
  return (
    <nav className="site-nav" aria-label={t.common.mainNavigation}>
      <NavLink to="/" end>
        {t.nav.programs}
      </NavLink>
      {session.status === "signed-in" ? (
        <>
          <NavLink to="/account">{t.nav.account}</NavLink>
          {isStaff(session.me) && <NavLink to="/staff">{t.nav.staff}</NavLink>}
          <Button variant="quiet" onPress={() => signOut().then(goHome, goHome)}>
            {t.nav.signOut}
          </Button>
        </>
      ) : (
        <NavLink to="/sign-in">{t.nav.signIn}</NavLink>
      )}
    </nav>
  );
}
