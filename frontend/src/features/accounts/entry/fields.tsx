import { TextField } from "@/components/ui/TextField";
import { useTexts } from "../texts";

export const SHORTEST_PASSWORD = 15;
/** With a second factor, a shorter password is enough. */
export const SHORTEST_WITH_FACTOR = 8;

export function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text.trim());
}

type FieldProps = {
  value: string;
  onChange: (value: string) => void;
  error: string | null | false | undefined;
};

export function EmailField({ error, ...rest }: FieldProps) {
  const texts = useTexts();
  return (
    <TextField
      id="entry-email"
      label={texts.email}
      inputMode="email"
      autoComplete="username"
      isRequired
      error={error || null}
      {...rest}
    />
  );
}

export function PasswordField({
  error,
  isNew = false,
  ...rest
}: FieldProps & { id?: string; label: string; hint?: string; isNew?: boolean }) {
  return (
    <TextField
      id="entry-password"
      type="password"
      autoComplete={isNew ? "new-password" : "current-password"}
      isRequired
      error={error || null}
      {...rest}
    />
  );
}

type CodeFieldProps = FieldProps & { id: string; label: string; isRecovery?: boolean };

/** A one-time code: a phone offers it from its messages, and shows digits only. */
export function CodeField({ error, isRecovery = false, ...rest }: CodeFieldProps) {
  return (
    <TextField
      inputMode={isRecovery ? "text" : "numeric"}
      autoComplete="one-time-code"
      isRequired
      short
      error={error || null}
      {...rest}
    />
  );
}
