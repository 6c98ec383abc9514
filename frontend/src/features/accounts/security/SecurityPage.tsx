import { PageHeading } from "@/components/ui/PageHeading";
import { useTexts } from "../texts";
import { ChangePassword } from "./ChangePassword";
import { SecondFactorCard } from "./SecondFactorCard";
import { SessionsCard } from "./SessionsCard";
import "../accounts.css";

export function SecurityPage() {
  const texts = useTexts();
  return (
    <div className="page stack">
      <PageHeading title={texts.securityTitle} />
      <SecondFactorCard />
      <ChangePassword />
      <SessionsCard />
    </div>
  );
}
