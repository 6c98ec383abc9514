import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible } from "@/testing/axe";
import { IDS } from "@/testing/data";
import { fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";

function signedIn() {
  fake.staff();
  localStorage.setItem("prs.signed-in", "1");
  return renderApp("/account/privacy");
}

function asGuest() {
  fake.begin({ state: "confirmed", confirmation_number: "GYL-7K3M-29" });
  sessionStorage.setItem(`prs.draft.${IDS.registration}`, "guest-token");
  return renderApp(`/register/${IDS.registration}`);
}

beforeEach(() => {
  HTMLAnchorElement.prototype.click = () => {};
});

test("lists the consents and withdraws one after asking", async () => {
  const { user } = signedIn();
  await user.click(await screen.findByRole("button", { name: "Withdraw: Photographs" }));
  const dialog = await screen.findByRole("alertdialog");
  expect(fake.callsTo("POST", /withdraw$/)).toHaveLength(0);
  await user.click(within(dialog).getByRole("button", { name: "Withdraw" }));
  // An open dialog hides the page from roles, so it is the text that tells.
  await waitFor(() => expect(screen.getAllByText(/^Withdrawn/)).toHaveLength(2));
  await waitFor(() => expect(screen.queryByRole("alertdialog")).not.toBeInTheDocument());
  expect(screen.queryByRole("button", { name: "Withdraw: Photographs" })).toBeNull();
  await expectAccessible();
});

test("says that there are no consents", async () => {
  fake.privacy.consents = [];
  signedIn();
  expect(await screen.findByText("You have agreed to nothing here.")).toBeInTheDocument();
});

test("downloads the data, and says when that fails", async () => {
  fake.refuseNext("POST", /data-export$/, { status: 503, slug: "unavailable" });
  const { user } = signedIn();
  await user.click(await screen.findByRole("button", { name: "Download my data" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("not available just now");
  await user.click(screen.getByRole("button", { name: "Download my data" }));
  expect(await screen.findByText("The file is among your downloads.")).toBeInTheDocument();
});

test("erases the account only after the address was typed, and shows the request", async () => {
  const { user } = signedIn();
  await user.click(await screen.findByRole("button", { name: "Erase…" }));
  const dialog = await screen.findByRole("alertdialog", { name: "Erase my account" });
  const erase = within(dialog).getByRole("button", { name: "Erase everything" });
  expect(erase).toBeDisabled();
  await user.type(
    within(dialog).getByLabelText(/To confirm, type staff@example.org/),
    "staff@example.or",
  );
  expect(erase).toBeDisabled();
  await user.type(within(dialog).getByLabelText(/To confirm/), "g");
  await user.type(within(dialog).getByLabelText(/Your password/), "wrong");
  await user.click(erase);
  expect(await within(dialog).findByText("This is not your password.")).toBeInTheDocument();
  await user.clear(within(dialog).getByLabelText(/Your password/));
  await user.click(within(dialog).getByRole("button", { name: "Erase everything" }));
  expect(await screen.findByText("Your request was received")).toBeInTheDocument();
  expect(screen.getByText("Requested")).toBeInTheDocument();
  expect(localStorage.getItem("prs.signed-in")).toBeNull();
});

test("asks a guest about statistics, and takes the answer back as easily", async () => {
  const { user } = asGuest();
  await user.click(await screen.findByText("Your data"));
  const agree = await screen.findByRole("checkbox", { name: /Count this registration/ });
  expect(agree).not.toBeChecked();
  await user.click(agree);
  expect(await screen.findByText(/You can take this back/)).toBeInTheDocument();
  await waitFor(() => expect(agree).toBeChecked());
  const [given] = fake.callsTo("POST", /consents$/);
  expect(given?.body).toEqual({ purpose: "analytics", text_version: "2026-11", locale: "en" });
  expect(given?.headers.get("Registration-Token")).toBe("guest-token");
  await expectAccessible();
  await user.click(agree);
  expect(await screen.findByText("Nothing more is counted from now on.")).toBeInTheDocument();
  await waitFor(() => expect(agree).not.toBeChecked());
  expect(fake.callsTo("POST", /withdraw$/)).toHaveLength(1);
});

test("says when an agreement was not taken, and does not show it as given", async () => {
  fake.refuseNext("POST", /consents$/, { status: 503, slug: "unavailable" });
  const { user } = asGuest();
  await user.click(await screen.findByText("Your data"));
  const agree = await screen.findByRole("checkbox", { name: /Count this registration/ });
  await user.click(agree);
  expect(await screen.findByRole("alert")).toHaveTextContent("not available just now");
  expect(agree).not.toBeChecked();
});

test("does not ask an account, as a consent is about a registration", async () => {
  signedIn();
  await screen.findByRole("button", { name: "Withdraw: Photographs" });
  expect(screen.queryByRole("checkbox")).not.toBeInTheDocument();
});

test("gives a guest the same by the registration's token", async () => {
  const { user } = asGuest();
  await user.click(await screen.findByText("Your data"));
  await user.click(await screen.findByRole("button", { name: "Download my data" }));
  await screen.findByText("The file is among your downloads.");
  const [call] = fake.callsTo("POST", /data-export$/);
  expect(call?.headers.get("Registration-Token")).toBe("guest-token");
  await user.click(screen.getByRole("button", { name: "Erase…" }));
  const dialog = await screen.findByRole("alertdialog", { name: "Erase this registration" });
  await user.type(within(dialog).getByLabelText(/To confirm, type ERASE/), "erase");
  await user.click(within(dialog).getByRole("button", { name: "Erase everything" }));
  expect(await screen.findByText("Your request was received")).toBeInTheDocument();
  const [erasure] = fake.callsTo("POST", /erasure$/);
  expect(erasure?.headers.get("Registration-Token")).toBe("guest-token");
});
