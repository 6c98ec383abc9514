import type { ReactNode } from "react";
import { useTexts } from "../texts";
import { ErasuresCard } from "./ErasuresCard";
import { RegisterCard } from "./RegisterCard";
import { RetentionCard } from "./RetentionCard";
import "./office.css";

type PrivacyOfficePageProps = {
  organization: { uid: string; slug: string };
  /** The page's heading, which the organization's pages share. */
  heading: (lead: string) => ReactNode;
};

export function PrivacyOfficePage({ organization, heading }: PrivacyOfficePageProps) {
  const texts = useTexts();
  return (
    <div className="page stack privacy-office">
      {heading(texts.officeLead)}
      <ErasuresCard organization={organization.uid} />
      <RetentionCard key={organization.uid} organization={organization.uid} />
      <RegisterCard organization={organization.uid} slug={organization.slug} />
    </div>
  );
}
