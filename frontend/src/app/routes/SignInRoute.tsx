import { SignInPage } from "@/features/accounts/SignInPage";

export default function SignInRoute() {
  return <SignInPage />;
}
