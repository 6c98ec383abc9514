import type { ComponentPropsWithoutRef, ReactNode } from "react";
import { Link, type LinkProps } from "react-router";
import "./button.css";

export type ButtonVariant = "primary" | "secondary" | "quiet" | "danger";

type Look = { variant?: ButtonVariant; size?: "m" | "l"; wide?: boolean };

function lookOf({ variant = "secondary", size = "m", wide = false }: Look): string {
  return `button button-${variant} button-${size}${wide ? " button-wide" : ""}`;
}

type ButtonProps = Pick<
  ComponentPropsWithoutRef<"button">,
  "id" | "type" | "lang" | "aria-label" | "aria-describedby" | "aria-expanded" | "aria-pressed"
> &
  Look & {
    children: ReactNode;
    onPress?: (() => unknown) | undefined;
    isDisabled?: boolean;
    isPending?: boolean;
  };

/** While `isPending`, the button keeps its focus and ignores presses; its text says what is under way. */
export function Button(props: ButtonProps) {
  const { variant, size, wide, isPending, isDisabled, onPress, type, ...rest } = props;
  return (
    <button
      {...rest}
      {...(isPending
        ? { "aria-disabled": true, "data-pending": true }
        : { onClick: () => onPress?.() })}
      disabled={isDisabled}
      type={isPending ? "button" : (type ?? "button")}
      className={lookOf({ variant, size, wide })}
    />
  );
}

/** A link that looks like a button: it goes somewhere, so it stays a link for everybody. */
export function LinkButton({ variant, size, wide, ...props }: LinkProps & Look) {
  return <Link {...props} className={lookOf({ variant, size, wide })} />;
}
