import { type ReactNode, useId } from "react";
import "./card.css";

/** One subject of a page of settings, with its name as a heading. */
export function Card({
  title,
  lead,
  aside,
  children,
}: {
  title: string;
  lead?: ReactNode;
  aside?: ReactNode;
  children?: ReactNode;
}) {
  const id = useId();
  return (
    <section className="card" aria-labelledby={id}>
      <div className="row between">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {lead && <p className="card-lead">{lead}</p>}
      {children}
    </section>
  );
}
