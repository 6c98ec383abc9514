import { type ReactNode, useState } from "react";
import { useSearchParams } from "react-router";
import type { Organization } from "@/lib/session/permissions";
import { AuditFilters } from "./AuditFilters";
import { EventDetails } from "./EventDetails";
import { EventTable } from "./EventTable";
import { ExportButtons } from "./ExportButtons";
import type { AuditEvent, AuditFilter } from "./queries";
import { SealsCard } from "./SealsCard";
import { useTexts } from "./texts";
import "./audit.css";

type AuditPageProps = {
  organization: Organization;
  /** The page's heading, which the organization's pages share. */
  heading: (lead: string) => ReactNode;
};

const FIELDS = ["action", "actor", "subject", "from", "to"] as const;

/** The filters live in the address, so that what an auditor found can be shown to another one. */
export function AuditPage({ organization, heading }: AuditPageProps) {
  const texts = useTexts();
  const [params, setParams] = useSearchParams();
  const [selected, setSelected] = useState<AuditEvent | null>(null);
  const filter = Object.fromEntries(
    FIELDS.map((field) => [field, params.get(field) ?? ""]),
  ) as AuditFilter;

  const change = (part: Partial<AuditFilter>) =>
    setParams(
      (current) => {
        const next = new URLSearchParams(current);
        for (const [field, value] of Object.entries(part))
          value ? next.set(field, value) : next.delete(field);
        return next;
      },
      { replace: true },
    );

  return (
    <div className="page stack">
      {heading(texts.lead)}
      <AuditFilters filter={filter} onChange={change} />
      <ExportButtons organization={organization} filter={filter} />
      <EventTable organization={organization.uid} filter={filter} onOpen={setSelected} />
      <SealsCard organization={organization.uid} />
      <EventDetails event={selected} onClose={() => setSelected(null)} />
    </div>
  );
}
