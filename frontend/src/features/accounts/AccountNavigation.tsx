import { SubNavigation } from "@/components/ui/SubNavigation";
import { useTexts } from "./texts";

export function AccountNavigation() {
  const texts = useTexts();
  return (
    <SubNavigation
      label={texts.area}
      pages={[
        { to: "/account", label: texts.registrations },
        { to: "/account/security", label: texts.security },
        { to: "/account/privacy", label: texts.privacy },
      ]}
    />
  );
}
