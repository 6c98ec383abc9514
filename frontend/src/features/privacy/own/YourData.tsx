import { useMemo, useState } from "react";
import { ofRegistration } from "../api";
import { useTexts } from "../texts";
import { ConsentsCard } from "./ConsentsCard";
import { DownloadCard } from "./DownloadCard";
import { EraseCard } from "./EraseCard";
import "./own.css";

type YourDataProps = { registration: string; capability: Record<string, string> };

/** What a registration's holder may do with its data, a guest too: below a confirmation, folded until asked for. */
export default function YourData({ registration, capability }: YourDataProps) {
  const texts = useTexts();
  const token = capability["Registration-Token"];
  // biome-ignore lint/correctness/useExhaustiveDependencies: the capability is a new object at each render, its token the same
  const subject = useMemo(() => ofRegistration(registration, capability), [registration, token]);
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="your-data" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{texts.yourData}</summary>
      {isOpen && (
        <div className="stack">
          <p className="soft">{texts.yourDataLead}</p>
          <ConsentsCard subject={subject} />
          <DownloadCard subject={subject} />
          <EraseCard
            subject={subject}
            word={texts.eraseWord}
            title={texts.eraseRegistrationTitle}
            effects={texts.eraseRegistrationEffects}
          />
        </div>
      )}
    </details>
  );
}
