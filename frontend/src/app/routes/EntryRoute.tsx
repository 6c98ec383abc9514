import { type ComponentType, lazy } from "react";
import { useLocation } from "react-router";
import NotFoundRoute from "./NotFoundRoute";

const PAGES: Record<string, ComponentType> = {
  "/sign-in": lazy(async () => ({
    default: (await import("@/features/accounts/entry/SignInPage")).SignInPage,
  })),
  "/sign-up": lazy(async () => ({
    default: (await import("@/features/accounts/entry/SignUpPage")).SignUpPage,
  })),
  "/verify-email": lazy(async () => ({
    default: (await import("@/features/accounts/entry/VerifyEmailPage")).VerifyEmailPage,
  })),
  "/forgot-password": lazy(async () => ({
    default: (await import("@/features/accounts/entry/ForgotPasswordPage")).ForgotPasswordPage,
  })),
  "/reset-password": lazy(async () => ({
    default: (await import("@/features/accounts/entry/ResetPasswordPage")).ResetPasswordPage,
  })),
};

/** The pages around signing in, which a participant who registers as a guest never loads. */
export default function EntryRoute() {
  const { pathname } = useLocation();
  const Page = PAGES[pathname.replace(/\/$/, "")] ?? NotFoundRoute;
  return <Page />;
}
