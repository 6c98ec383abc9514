import { ResumePage } from "@/features/registration/ResumePage";

export default function ResumeRoute() {
  return <ResumePage />;
}
