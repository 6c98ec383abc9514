import type { ReactNode } from "react";
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
} from "react-aria-components/Button";
import { Link, type LinkProps } from "react-router";
import "./button.css";

export type ButtonVariant = "primary" | "secondary" | "quiet" | "danger";

type Look = { variant?: ButtonVariant; size?: "m" | "l"; wide?: boolean };

function lookOf({ variant = "secondary", size = "m", wide = false }: Look): string {
  return `button button-${variant} button-${size}${wide ? " button-wide" : ""}`;
}

type ButtonProps = Omit<AriaButtonProps, "className" | "style" | "children"> &
  Look & { children: ReactNode };

/**
 * While `isPending`, the button keeps its focus and ignores presses; its text says what is under way. react-aria's own
 * `isPending` announces by an image without a text, which is an error to every checker.
 */
export function Button({
  variant,
  size,
  wide,
  isPending = false,
  type,
  onPress,
  ...props
}: ButtonProps) {
  return (
    <AriaButton
      {...props}
      {...(isPending ? { "aria-disabled": true, "data-pending": true } : { onPress })}
      type={isPending ? "button" : type}
      className={lookOf({ variant, size, wide })}
    />
  );
}

/** A link that looks like a button: it goes somewhere, so it stays a link for everybody. */
export function LinkButton({ variant, size, wide, ...props }: LinkProps & Look) {
  return <Link {...props} className={lookOf({ variant, size, wide })} />;
}
