import type { ReactNode } from "react";
import "./feedback.css";

export type Tone = "info" | "good" | "warn" | "bad";

type AlertProps = {
  tone?: Tone;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  live?: boolean;
};

/** `live` announces the alert when it appears; without it, it is part of the page. */
export function Alert({ tone = "info", title, children, actions, live = false }: AlertProps) {
  return (
    <div
      className={`alert alert-${tone}`}
      role={live ? (tone === "bad" ? "alert" : "status") : undefined}
    >
      {title && <p className="alert-title">{title}</p>}
      {children && <div>{children}</div>}
      {actions && <div className="row">{actions}</div>}
    </div>
  );
}

export function Badge({ tone = "info", children }: { tone?: Tone | "plain"; children: ReactNode }) {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}

/** Grey shapes in place of what is coming; `label` is what a screen reader hears meanwhile. */
export function Skeleton({
  label,
  lines = 3,
  tall = false,
}: {
  label: string;
  lines?: number;
  tall?: boolean;
}) {
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines are alike and never move
          key={line}
          className={`skeleton-line${tall ? " skeleton-tall" : ""}`}
          aria-hidden="true"
        />
      ))}
    </div>
  );
}

export function EmptyState({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="empty">
      <svg viewBox="0 0 120 64" width="120" height="64" aria-hidden="true">
        <path
          d="M8 56a52 52 0 0 1 104 0"
          fill="none"
          stroke="var(--line)"
          strokeWidth="6"
          strokeLinecap="round"
        />
        <path
          d="M30 56a30 30 0 0 1 60 0"
          fill="none"
          stroke="var(--accent-soft)"
          strokeWidth="6"
          strokeLinecap="round"
        />
        <circle cx="60" cy="54" r="8" fill="var(--warm)" opacity="0.7" />
      </svg>
      <h2>{title}</h2>
      {children && <p className="soft">{children}</p>}
      {action}
    </div>
  );
}
