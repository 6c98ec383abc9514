import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible } from "@/testing/axe";
import { fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";

const KEYS = "/staff/organization/sahaya/keys";

beforeEach(() => {
  fake.staff();
  localStorage.setItem("prs.signed-in", "1");
});

test("makes a key within one's own rights and shows it once", async () => {
  const { user } = renderApp(KEYS);
  await user.click(await screen.findByRole("button", { name: "New key" }));
  await user.click(screen.getByRole("button", { name: "Make the key" }));
  expect(screen.getByLabelText(/^Name/)).toHaveFocus();
  expect(screen.getByText("Choose at least one.")).toBeInTheDocument();
  expect(screen.queryByRole("checkbox", { name: "Reveal sensitive answers" })).toBeNull();
  await user.type(screen.getByLabelText(/^Name/), "Kiosk");
  await user.click(screen.getByRole("checkbox", { name: "Read registrations" }));
  await user.type(screen.getByLabelText(/^Networks/), "203.0.113.0/33");
  await user.click(screen.getByRole("button", { name: "Make the key" }));
  expect(screen.getByText(/“203.0.113.0\/33” is no network/)).toBeInTheDocument();
  await expectAccessible();
  await user.clear(screen.getByLabelText(/^Networks/));
  await user.type(screen.getByLabelText(/^Networks/), "203.0.113.0/24\n2001:db8::/32");
  await user.click(screen.getByRole("button", { name: "Make the key" }));
  const dialog = await screen.findByRole("alertdialog", { name: "Your new key" });
  expect(within(dialog).getByRole("textbox")).toHaveValue("prs_test_n3w0n3_3f9c1d7e2b8a4c6f");
  const [call] = fake.callsTo("POST", /api-keys$/);
  expect(call?.body).toEqual({
    name: "Kiosk",
    permissions: ["registration:read"],
    networks: ["203.0.113.0/24", "2001:db8::/32"],
  });
  await user.click(within(dialog).getByRole("button", { name: "I have kept it" }));
  expect(await screen.findByRole("row", { name: /Kiosk/ })).toBeInTheDocument();
  expect(document.body.innerHTML).not.toContain("3f9c1d7e2b8a4c6f");
});

test("renews a key with an overlap", async () => {
  const { user } = renderApp(KEYS);
  await user.click(await screen.findByRole("button", { name: "Renew Website" }));
  const dialog = await screen.findByRole("alertdialog", { name: "Renew this key?" });
  await user.selectOptions(within(dialog).getByRole("combobox"), "604800");
  await user.click(within(dialog).getByRole("button", { name: "Renew" }));
  expect(await screen.findByRole("alertdialog", { name: "Your new key" })).toBeInTheDocument();
  expect(fake.callsTo("POST", /rotate$/)[0]?.body).toEqual({ overlap_seconds: 604_800 });
});

test("revokes a key after asking; one that has ended offers nothing", async () => {
  const { user } = renderApp(KEYS);
  const old = await screen.findByRole("row", { name: /Old check-in app/ });
  expect(within(old).queryByRole("button")).not.toBeInTheDocument();
  expect(within(old).getByText("Never")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Revoke Website" }));
  await user.click(await screen.findByRole("button", { name: "Revoke" }));
  await waitFor(() => expect(screen.getAllByText("Revoked")).toHaveLength(2));
});

test("says that there are no keys", async () => {
  fake.organization.keys = [];
  renderApp(KEYS);
  expect(await screen.findByText("No keys yet")).toBeInTheDocument();
});
