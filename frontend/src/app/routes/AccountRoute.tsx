import { SignedIn } from "@/app/SignedIn";
import { MyRegistrations } from "@/features/registration/MyRegistrations";

export default function AccountRoute() {
  return <SignedIn>{() => <MyRegistrations />}</SignedIn>;
}
