import { PageHeading } from "@/components/ui/PageHeading";
import type { Me } from "@/lib/api/types";
import { ownAccount } from "../api";
import { useTexts } from "../texts";
import { ConsentsCard } from "./ConsentsCard";
import { DownloadCard } from "./DownloadCard";
import { EraseCard } from "./EraseCard";

export function PrivacyPage({ me }: { me: Me }) {
  const texts = useTexts();
  return (
    <div className="page stack">
      <div className="stack-s">
        <PageHeading title={texts.title} />
        <p className="lead">{texts.lead}</p>
      </div>
      <ConsentsCard subject={ownAccount} />
      <DownloadCard subject={ownAccount} />
      <EraseCard
        subject={ownAccount}
        word={me.email}
        title={texts.eraseTitle}
        effects={texts.eraseAccountEffects}
        asksPassword
      />
    </div>
  );
}
