import { EmptyState } from "@/components/ui/Feedback";
import { PageHeading } from "@/components/ui/PageHeading";
import { useTexts } from "./texts";

export function NotYours() {
  const texts = useTexts();
  return (
    <div className="page">
      <PageHeading title={texts.settings} />
      <EmptyState title={texts.notYoursTitle}>{texts.notYoursLead}</EmptyState>
    </div>
  );
}
