import { SignedIn } from "@/app/SignedIn";
import { FormImportPage } from "@/features/authoring/FormImportPage";

export default function FormImportRoute() {
  return <SignedIn>{(me) => <FormImportPage me={me} />}</SignedIn>;
}
