import { lazy, Suspense } from "react";
import { useParams } from "react-router";
import {
  RegistrationWizard,
  type YourData as Slot,
} from "@/features/registration/RegistrationWizard";

const YourData = lazy(() => import("@/features/privacy/own/YourData"));

const yourData: Slot = (uid, capability) => (
  <Suspense>
    <YourData registration={uid} capability={capability} />
  </Suspense>
);

export default function RegisterRoute() {
  const { uid = "" } = useParams();
  return <RegistrationWizard key={uid} uid={uid} yourData={yourData} />;
}
