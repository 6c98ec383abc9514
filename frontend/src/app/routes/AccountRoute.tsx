import { lazy } from "react";
import { Route, Routes } from "react-router";
import { SignedIn } from "@/app/SignedIn";
import { AccountNavigation } from "@/features/accounts/AccountNavigation";
import { SecondFactorBanner } from "@/features/accounts/SecondFactorBanner";
import { MyRegistrations } from "@/features/registration/MyRegistrations";
import NotFoundRoute from "./NotFoundRoute";

const SecurityPage = lazy(async () => ({
  default: (await import("@/features/accounts/security/SecurityPage")).SecurityPage,
}));
const PrivacyPage = lazy(async () => ({
  default: (await import("@/features/privacy/own/PrivacyPage")).PrivacyPage,
}));

export default function AccountRoute() {
  return (
    <SignedIn>
      {(me) => (
        <>
          <AccountNavigation />
          <SecondFactorBanner me={me} />
          <Routes>
            <Route index element={<MyRegistrations />} />
            <Route path="security" element={<SecurityPage />} />
            <Route path="privacy" element={<PrivacyPage me={me} />} />
            <Route path="*" element={<NotFoundRoute />} />
          </Routes>
        </>
      )}
    </SignedIn>
  );
}
