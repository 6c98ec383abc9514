import { SignedIn } from "@/app/SignedIn";
import { StaffPage } from "@/features/staff/StaffPage";

export default function StaffRoute() {
  return <SignedIn>{(me) => <StaffPage me={me} />}</SignedIn>;
}
