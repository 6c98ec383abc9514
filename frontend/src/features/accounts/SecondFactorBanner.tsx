import { LinkButton } from "@/components/ui/Button";
import { Alert } from "@/components/ui/Feedback";
import type { Me } from "@/lib/api/types";
import { useTexts } from "./texts";

/** Says which organizations wait for a second factor; nothing when none does. */
export function SecondFactorBanner({ me }: { me: Me }) {
  const texts = useTexts();
  const names = new Set(
    me.grants.filter((grant) => grant.second_factor_needed).map((grant) => grant.organization.name),
  );
  if (names.size === 0) return null;
  return (
    <div className="page banner">
      <Alert
        tone="warn"
        title={texts.bannerTitle}
        actions={
          <LinkButton to="/account/security" variant="primary">
            {texts.bannerAction}
          </LinkButton>
        }
      >
        {texts.bannerLead([...names].join(", "))}
      </Alert>
    </div>
  );
}
