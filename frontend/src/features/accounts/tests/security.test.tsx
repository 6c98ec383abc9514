import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible } from "@/testing/axe";
import { fake } from "@/testing/fake";
import { GOOD_CODE, GOOD_PASSWORD } from "@/testing/fakes/accounts";
import { renderApp } from "@/testing/render";

beforeEach(() => {
  fake.staff();
  localStorage.setItem("prs.signed-in", "1");
});

test("sets up a second factor and shows the recovery codes once", async () => {
  const { user } = renderApp("/account/security");
  await user.click(await screen.findByRole("button", { name: "Set up" }));
  const card = screen.getByRole("region", { name: "Second factor" });
  await user.type(within(card).getByLabelText(/^Password/), "wrong");
  await user.click(within(card).getByRole("button", { name: "Continue" }));
  expect(await within(card).findByRole("alert")).toHaveTextContent("not your present password");
  await user.clear(within(card).getByLabelText(/^Password/));
  await user.type(within(card).getByLabelText(/^Password/), GOOD_PASSWORD);
  await user.click(within(card).getByRole("button", { name: "Continue" }));
  expect(await within(card).findByRole("img", { name: /QR code/ })).toBeInTheDocument();
  await expectAccessible();
  await user.type(within(card).getByLabelText(/Then enter the six digits/), GOOD_CODE);
  await user.click(within(card).getByRole("button", { name: "Turn it on" }));
  const codes = await screen.findByRole("list", { name: "Keep your recovery codes" });
  expect(within(codes).getAllByRole("listitem")).toHaveLength(10);
  await user.click(screen.getByRole("button", { name: "I have kept them" }));
  expect(await screen.findByText(/10 recovery codes left/)).toBeInTheDocument();
});

test("turns the second factor off with a code only", async () => {
  fake.accounts.turnOn();
  const { user } = renderApp("/account/security");
  await user.click(await screen.findByRole("button", { name: "Turn off" }));
  const dialog = await screen.findByRole("dialog", { name: "Turn off the second factor?" });
  await user.type(within(dialog).getByLabelText(/^Code/), "000000");
  await user.click(within(dialog).getByRole("button", { name: "Turn off" }));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent("This code is not right");
  await user.clear(within(dialog).getByLabelText(/^Code/));
  await user.type(within(dialog).getByLabelText(/^Code/), GOOD_CODE);
  await user.click(within(dialog).getByRole("button", { name: "Turn off" }));
  expect(await screen.findByRole("button", { name: "Set up" })).toBeInTheDocument();
});

test("changes the password and says what became of other devices", async () => {
  const { user } = renderApp("/account/security");
  await user.type(await screen.findByLabelText(/^Present password/), "wrong");
  await user.type(screen.getByLabelText(/^New password/), "seven rivers");
  await user.click(screen.getByRole("button", { name: "Change password" }));
  expect(screen.getByLabelText(/^New password/)).toHaveFocus();
  await user.type(screen.getByLabelText(/^New password/), " meet here");
  await user.click(screen.getByRole("button", { name: "Change password" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("not your present password");
  await user.clear(screen.getByLabelText(/^Present password/));
  await user.type(screen.getByLabelText(/^Present password/), GOOD_PASSWORD);
  await user.click(screen.getByRole("button", { name: "Change password" }));
  expect(await screen.findByText(/Other devices were signed out/)).toBeInTheDocument();
});

test("allows a shorter password with a second factor", async () => {
  fake.accounts.turnOn();
  const { user } = renderApp("/account/security");
  await screen.findByText(/recovery codes left/);
  await user.type(screen.getByLabelText(/^Present password/), GOOD_PASSWORD);
  await user.type(screen.getByLabelText(/^New password/), "rivers12");
  await user.click(screen.getByRole("button", { name: "Change password" }));
  expect(await screen.findByText(/Other devices were signed out/)).toBeInTheDocument();
});

test("names each device, marks this one, and signs out another", async () => {
  const { user } = renderApp("/account/security");
  const here = await screen.findByRole("row", { name: /Firefox on Linux ?This device/ });
  expect(within(here).queryByRole("button")).not.toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Sign out Chrome on Android" }));
  await waitFor(() => expect(screen.queryByText("Chrome on Android")).not.toBeInTheDocument());
  await expectAccessible();
});

test("asks who it is when the sign-in is long ago, and then does what was asked for", async () => {
  fake.accounts.turnOn();
  fake.accounts.isStale = true;
  const { user } = renderApp("/account/security");
  await user.click(await screen.findByRole("button", { name: "Sign out Chrome on Android" }));
  const dialog = await screen.findByRole("dialog", { name: "Show again that it is you" });
  await user.click(within(dialog).getByRole("button", { name: "Go on" }));
  expect(within(dialog).getByText("Enter the code.")).toBeInTheDocument();
  expect(screen.getByText("Chrome on Android")).toBeInTheDocument();
  await user.type(within(dialog).getByLabelText(/^Password/), GOOD_PASSWORD);
  await user.type(within(dialog).getByLabelText(/^Code/), "000000");
  await user.click(within(dialog).getByRole("button", { name: "Go on" }));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent("This code is not right");
  await user.clear(within(dialog).getByLabelText(/^Code/));
  await user.type(within(dialog).getByLabelText(/^Code/), GOOD_CODE);
  await user.click(within(dialog).getByRole("button", { name: "Go on" }));
  await waitFor(() => expect(screen.queryByText("Chrome on Android")).not.toBeInTheDocument());
});

test("leaves everything as it was when nobody confirms", async () => {
  fake.accounts.isStale = true;
  const { user } = renderApp("/account/security");
  await user.click(await screen.findByRole("button", { name: "Sign out Chrome on Android" }));
  const dialog = await screen.findByRole("dialog", { name: "Show again that it is you" });
  await expectAccessible();
  await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(await screen.findByRole("alert")).toBeInTheDocument();
  expect(screen.getByText("Chrome on Android")).toBeInTheDocument();
});

test("signs out everywhere after asking", async () => {
  const { user } = renderApp("/account/security");
  await user.click(await screen.findByRole("button", { name: "Sign out everywhere" }));
  const dialog = await screen.findByRole("alertdialog");
  expect(fake.callsTo("DELETE", /me\/sessions$/)).toHaveLength(0);
  await user.click(within(dialog).getByRole("button", { name: "Sign out everywhere" }));
  expect(await screen.findByRole("heading", { name: "Welcome back" })).toBeInTheDocument();
  expect(localStorage.getItem("prs.signed-in")).toBeNull();
});

test("tells staff whose organization requires a second factor", async () => {
  const [first] = fake.me?.grants ?? [];
  if (first) first.second_factor_needed = true;
  renderApp("/account");
  expect(await screen.findByText("Turn on a second factor")).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Set it up" })).toHaveAttribute(
    "href",
    "/account/security",
  );
});

test("shows no banner to anybody else", async () => {
  renderApp("/account");
  await screen.findByRole("heading", { name: "My registrations" });
  expect(screen.queryByText("Turn on a second factor")).not.toBeInTheDocument();
});

test("offers to try again when the devices cannot be listed", async () => {
  fake.refuseNext("GET", /me\/sessions$/, { status: 503, slug: "unavailable" });
  const { user } = renderApp("/account/security");
  const alert = await screen.findByRole("alert");
  await user.click(within(alert).getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Chrome on Android")).toBeInTheDocument();
});
