import { SupportPage } from "@/features/support/SupportPage";

export default function SupportRoute() {
  return <SupportPage />;
}
