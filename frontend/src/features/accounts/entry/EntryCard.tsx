import type { ReactNode } from "react";
import { PageHeading } from "@/components/ui/PageHeading";
import "../accounts.css";

/** The card in the middle of a page before one is signed in. */
export function EntryCard({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: string | undefined;
  children?: ReactNode;
}) {
  return (
    <div className="page sign-in">
      <div className="sign-in-card">
        <div className="stack-s">
          <PageHeading title={title} focusKey={title} />
          {lead && <p className="soft">{lead}</p>}
        </div>
        {children}
      </div>
    </div>
  );
}
