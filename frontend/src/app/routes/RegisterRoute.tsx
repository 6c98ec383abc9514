import { useParams } from "react-router";
import { RegistrationWizard } from "@/features/registration/RegistrationWizard";

export default function RegisterRoute() {
  const { uid = "" } = useParams();
  return <RegistrationWizard key={uid} uid={uid} />;
}
