import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { expectAccessible } from "@/testing/axe";
import { fake } from "@/testing/fake";
import { GOOD_CODE, GOOD_LINK, GOOD_PASSWORD } from "@/testing/fakes/accounts";
import { renderApp } from "@/testing/render";

afterEach(() => window.history.replaceState(null, "", "/"));

async function signIn() {
  const { user } = renderApp("/sign-in");
  await user.type(await screen.findByLabelText(/^E-mail/), "staff@example.org");
  await user.type(screen.getByLabelText(/^Password/), GOOD_PASSWORD);
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  return user;
}

test("asks for the second factor and goes on with it", async () => {
  fake.accounts.turnOn();
  const user = await signIn();
  expect(await screen.findByRole("heading", { name: "One more step" })).toHaveFocus();
  await expectAccessible();
  await user.type(screen.getByLabelText(/^Code/), "000000");
  await user.click(screen.getByRole("button", { name: "Continue" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("This code is not right");
  await user.clear(screen.getByLabelText(/^Code/));
  await user.type(screen.getByLabelText(/^Code/), "123 456");
  await user.click(screen.getByRole("button", { name: "Continue" }));
  expect(await screen.findByRole("heading", { name: "My registrations" })).toBeInTheDocument();
  const [, good] = fake.callsTo("POST", /second-factor$/);
  expect(good?.body).toEqual({ challenge: "challenge-1", code: GOOD_CODE });
});

test("takes a recovery code where the app is lost", async () => {
  fake.accounts.turnOn();
  const user = await signIn();
  await user.click(await screen.findByRole("button", { name: "I cannot use my app" }));
  await user.type(screen.getByLabelText(/^Recovery code/), "k7f20-m3qx0");
  await user.click(screen.getByRole("button", { name: "Continue" }));
  expect(await screen.findByRole("heading", { name: "My registrations" })).toBeInTheDocument();
});

test("shows providers only where there are any, and comes back to where one was heading", async () => {
  fake.accounts.providers = [{ slug: "campus", name: "Campus" }];
  renderApp("/sign-in?next=/staff");
  const link = await screen.findByRole("link", { name: "Continue with Campus" });
  expect(link).toHaveAttribute("href", "/api/v1/auth/oidc/campus/start?return_to=%2Fstaff");
  await expectAccessible();
});

test("signs in by password when the providers do not answer", async () => {
  fake.refuseNext("GET", /providers$/, { status: 500, slug: "internal" });
  await signIn();
  expect(await screen.findByRole("heading", { name: "My registrations" })).toBeInTheDocument();
});

test.each([
  ["provider-refused", /You did not finish/],
  ["anything-new", /Signing in there did not work/],
])("says why a sign-on came back with %s", async (slug, text) => {
  renderApp(`/sign-in?problem=${slug}`);
  expect(await screen.findByRole("alert")).toHaveTextContent(text);
});

async function comeBackWith(fragment: string) {
  window.location.hash = fragment;
  const { user } = renderApp("/sign-in");
  expect(await screen.findByRole("heading", { name: "One more step" })).toBeVisible();
  expect(window.location.hash).toBe("");
  await user.type(screen.getByLabelText(/^Code/), GOOD_CODE);
  await user.click(screen.getByRole("button", { name: "Continue" }));
  return user;
}

test("asks for the code after a sign-on elsewhere, and goes on to where one was heading", async () => {
  await comeBackWith("challenge=from-there&return_to=%2Faccount%2Fsecurity%3Fa%3D1%26b%3D2");
  expect(await screen.findByRole("heading", { name: "Security" })).toBeVisible();
  const [call] = fake.callsTo("POST", /second-factor$/);
  expect(call?.body).toEqual({ challenge: "from-there", code: GOOD_CODE });
});

test("does not go to another site after a sign-on elsewhere", async () => {
  await comeBackWith("challenge=from-there&return_to=%2F%5Cevil.example");
  expect(await screen.findByRole("heading", { name: "My registrations" })).toBeVisible();
});

test("says how long to wait after too many attempts", async () => {
  fake.refuseNext("POST", /auth\/sessions$/, {
    status: 429,
    slug: "too-many-requests",
    headers: { "Retry-After": "30" },
  });
  await signIn();
  expect(await screen.findByRole("alert")).toHaveTextContent("Try again in 30 seconds");
});

test("checks a new account before sending it", async () => {
  const { user } = renderApp("/sign-in");
  await user.click(await screen.findByRole("link", { name: "New here? Create an account" }));
  await screen.findByRole("heading", { name: "Create an account" });
  await user.type(screen.getByLabelText(/^Password/), "short");
  await user.click(screen.getByRole("button", { name: "Create account" }));
  expect(screen.getByLabelText(/^Your name/)).toHaveFocus();
  expect(screen.getByLabelText(/^Password/)).toHaveAccessibleDescription(/at least 15 characters/);
  expect(fake.callsTo("POST", /accounts$/)).toHaveLength(0);
});

test("sends to the mail after signing up, whoever the address belongs to", async () => {
  const { user } = renderApp("/sign-up");
  await user.type(await screen.findByLabelText(/^Your name/), "Asha");
  await user.type(screen.getByLabelText(/^E-mail/), "asha@example.org");
  await user.type(screen.getByLabelText(/^Password/), "passwordpassword1");
  await user.click(screen.getByRole("button", { name: "Create account" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("too easy to guess");
  await user.clear(screen.getByLabelText(/^Password/));
  await user.type(screen.getByLabelText(/^Password/), "seven rivers meet here");
  await user.click(screen.getByRole("button", { name: "Create account" }));
  expect(await screen.findByRole("heading", { name: "Check your mail" })).toBeInTheDocument();
  expect(screen.getByText(/asha@example.org/)).toBeInTheDocument();
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Send it again" }));
  expect(await screen.findByRole("status")).toHaveTextContent("another mail is on its way");
});

async function verifyWith(password: string) {
  const { user } = renderApp("/verify-email");
  await user.type(await screen.findByLabelText(/^Password/), password);
  await user.click(screen.getByRole("button", { name: "Confirm my address" }));
  return user;
}

test("confirms an address by the password and takes the secret out of the address bar", async () => {
  window.location.hash = GOOD_LINK;
  await verifyWith(GOOD_PASSWORD);
  expect(await screen.findByRole("heading", { name: "Your address is confirmed" })).toBeVisible();
  expect(window.location.hash).toBe("");
  const [call] = fake.callsTo("POST", /email-verifications$/);
  expect(call?.body).toEqual({ token: GOOD_LINK, password: GOOD_PASSWORD });
});

test("opens nothing by the link alone, nor by another's password, and shows the way out", async () => {
  window.location.hash = GOOD_LINK;
  const { user } = renderApp("/verify-email");
  const password = await screen.findByLabelText(/^Password/);
  expect(password).toHaveAttribute("autocomplete", "current-password");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Confirm my address" }));
  expect(password).toHaveFocus();
  expect(fake.callsTo("POST", /email-verifications$/)).toHaveLength(0);
  await user.type(password, "not the one");
  await user.click(screen.getByRole("button", { name: "Confirm my address" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("not the password that was chosen");
  await user.click(screen.getByRole("link", { name: /I did not sign up/ }));
  expect(await screen.findByRole("heading", { name: "Choose a new password" })).toBeVisible();
});

test("lets one try again when the server does not answer, with the same link", async () => {
  window.location.hash = GOOD_LINK;
  fake.refuseNext("POST", /email-verifications$/, { status: 503, slug: "unavailable" });
  const user = await verifyWith(GOOD_PASSWORD);
  expect(await screen.findByRole("alert")).toHaveTextContent("not available just now");
  await user.click(screen.getByRole("button", { name: "Confirm my address" }));
  expect(await screen.findByRole("heading", { name: "Your address is confirmed" })).toBeVisible();
});

test("offers a new link when the old one is dead", async () => {
  window.location.hash = "stale-link";
  const user = await verifyWith(GOOD_PASSWORD);
  await screen.findByRole("heading", { name: "This link no longer works" });
  await expectAccessible();
  await user.type(screen.getByLabelText(/^E-mail/), "asha@example.org");
  await user.click(screen.getByRole("button", { name: "Send it again" }));
  expect(await screen.findByRole("status")).toBeInTheDocument();
});

test("asks for a reset link without telling whether there is an account", async () => {
  const { user } = renderApp("/forgot-password");
  await user.type(await screen.findByLabelText(/^E-mail/), "asha@example.org");
  await user.click(screen.getByRole("button", { name: "Send the link" }));
  expect(await screen.findByText(/If there is an account for asha@example.org/)).toBeVisible();
});

test("saves a new password by the link and forgets the session of this device", async () => {
  localStorage.setItem("prs.signed-in", "1");
  window.location.hash = GOOD_LINK;
  const { user } = renderApp("/reset-password");
  await user.type(await screen.findByLabelText(/^New password/), "seven rivers meet here");
  expect(window.location.hash).toBe("");
  await user.click(screen.getByRole("button", { name: "Save the new password" }));
  expect(await screen.findByRole("heading", { name: "Your password is changed" })).toBeVisible();
  await waitFor(() => expect(localStorage.getItem("prs.signed-in")).toBeNull());
});

test("says so when the reset link is dead", async () => {
  window.location.hash = "stale-link";
  const { user } = renderApp("/reset-password");
  await user.type(await screen.findByLabelText(/^New password/), "seven rivers meet here");
  await user.click(screen.getByRole("button", { name: "Save the new password" }));
  expect(await screen.findByRole("heading", { name: "This link no longer works" })).toBeVisible();
});
