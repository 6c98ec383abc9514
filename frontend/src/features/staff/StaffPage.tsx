import { useState } from "react";
import { useSearchParams } from "react-router";
import { Button, LinkButton } from "@/components/ui/Button";
import { EmptyState } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import type { Me, StaffRegistration } from "@/lib/api/types";
import { useOrganizations } from "@/lib/session/permissions";
import { AddRegistration } from "./AddRegistration";
import { ExportButton } from "./ExportButton";
import { STATES, type StaffFilter } from "./queries";
import { RegistrationDrawer } from "./RegistrationDrawer";
import { RegistrationTable } from "./RegistrationTable";
import { StaffFilters } from "./StaffFilters";
import "./staff.css";
import { NumberSearch } from "./sensitive/NumberSearch";
import { useTexts } from "./texts";

/** Staff's list of registrations: its filters live in the address, so that a view can be bookmarked and shared. */
export function StaffPage({ me }: { me: Me }) {
  const texts = useTexts();
  const [params, setParams] = useSearchParams();
  const [selected, setSelected] = useState<StaffRegistration | null>(null);
  const [opened, setOpened] = useState<"number" | "add" | null>(null);
  const { organizations } = useOrganizations(me);
  const wanted = params.get("organization");
  const organization = organizations.find(({ uid }) => uid === wanted) ?? organizations[0];
  const filter: StaffFilter = {
    q: params.get("q") ?? "",
    event: params.get("event") ?? "",
    state: STATES.find((state) => state === params.get("state")) ?? "",
    ticket: params.get("ticket") ?? "",
    answers: params.getAll("answer"),
    tests: params.get("tests") === "yes",
  };

  const set = (change: Record<string, string | string[]>) =>
    setParams(
      (current) => {
        const next = new URLSearchParams(current);
        for (const [key, value] of Object.entries(change)) {
          next.delete(key);
          for (const one of Array.isArray(value) ? value : [value]) if (one) next.append(key, one);
        }
        return next;
      },
      { replace: true },
    );

  if (!organization) {
    return (
      <div className="page">
        <PageHeading title={texts.title} />
        <EmptyState title={texts.noAccessTitle}>{texts.noAccessDetail}</EmptyState>
      </div>
    );
  }
  const { uid, slug, permissions } = organization;
  const mayReveal = permissions.has("sensitive:reveal");
  const mayManage = permissions.has("event:manage");
  return (
    <div className="page stack">
      <div className="row between">
        <PageHeading title={texts.title} />
        <div className="row">
          {mayReveal && <Button onPress={() => setOpened("number")}>{texts.byNumber}</Button>}
          {permissions.has("registration:create") && (
            <Button onPress={() => setOpened("add")}>{texts.add}</Button>
          )}
          <LinkButton to="/staff/forms">{texts.forms}</LinkButton>
          {mayManage && (
            <LinkButton to={`/staff/events?organization=${uid}`}>{texts.events}</LinkButton>
          )}
        </div>
      </div>
      <StaffFilters {...{ organizations, organization, filter, set }} />
      {permissions.has("registration:export") && (
        <ExportButton organization={uid} filter={filter} slug={slug} />
      )}
      <RegistrationTable organization={uid} filter={filter} onOpen={setSelected} />
      <RegistrationDrawer row={selected} mayReveal={mayReveal} onClose={() => setSelected(null)} />
      {opened === "add" && (
        <AddRegistration
          organization={uid}
          event={filter.event}
          mayPassLimits={mayManage}
          onClose={() => setOpened(null)}
        />
      )}
      {opened === "number" && (
        <NumberSearch
          organization={uid}
          onOpen={(row) => {
            setOpened(null);
            setSelected(row);
          }}
          onClose={() => setOpened(null)}
        />
      )}
    </div>
  );
}
