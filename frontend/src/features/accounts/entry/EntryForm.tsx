import type { ComponentProps } from "react";
import { CheckedForm } from "@/components/ui/CheckedForm";
import { useTexts } from "../texts";

/** A form that knows how the problems of accounts are called in the reader's language. */
export function EntryForm(props: ComponentProps<typeof CheckedForm>) {
  const texts = useTexts();
  return <CheckedForm wide problems={texts.problems} {...props} />;
}
