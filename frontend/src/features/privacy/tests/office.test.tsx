import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { csvOf } from "@/lib/csv";
import { expectAccessible } from "@/testing/axe";
import { fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";

const OFFICE = "/staff/organization/sahaya/privacy";

beforeEach(() => {
  fake.staff(["privacy:manage"]);
  localStorage.setItem("prs.signed-in", "1");
});

test("shows each erasure with its state, its reason and its proof", async () => {
  const { user } = renderApp(OFFICE);
  expect(await screen.findByText(/The back office does not answer/)).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "21 records erased" }));
  const dialog = await screen.findByRole("dialog", { name: "Proof of erasure" });
  expect(within(dialog).getByRole("row", { name: /answers ?14/ })).toBeInTheDocument();
  expect(within(dialog).getByText("4be1c2d7a90f")).toBeInTheDocument();
  await expectAccessible(dialog);
});

test("requests an erasure by e-mail or by registration", async () => {
  const { user } = renderApp(OFFICE);
  await user.click(await screen.findByRole("button", { name: "Erase a person" }));
  const dialog = await screen.findByRole("alertdialog", { name: "Erase a person" });
  const send = within(dialog).getByRole("button", { name: "Request the erasure" });
  expect(send).toBeDisabled();
  await user.click(within(dialog).getByRole("radio", { name: "Registration" }));
  await user.type(within(dialog).getByRole("textbox"), "7d1f0a44-0001-4c1e-9b3a-000000000001");
  await user.click(send);
  expect(await screen.findByText("e5000000-0009-4c1e-9b3a-000000000009")).toBeInTheDocument();
  expect(fake.callsTo("POST", /erasures$/)[0]?.body).toEqual({
    registration: "7d1f0a44-0001-4c1e-9b3a-000000000001",
  });
});

test("sets how long data is kept, within bounds, and sends only what changed", async () => {
  const { user } = renderApp(OFFICE);
  const days = await screen.findByRole("textbox", { name: "Days: registration" });
  expect(screen.queryByRole("textbox", { name: "Days: audit_event" })).not.toBeInTheDocument();
  await user.clear(days);
  await user.type(days, "7");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(days).toHaveFocus();
  expect(days).toHaveAccessibleDescription("Enter a whole number from 30 to 3650.");
  await user.clear(days);
  await user.type(days, "365");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Saved.")).toBeInTheDocument();
  expect(fake.callsTo("PUT", /retention$/)[0]?.body).toEqual({
    rules: [{ table: "registration", days: 365 }],
  });
});

test("draws the register as a table and saves it as a file", async () => {
  HTMLAnchorElement.prototype.click = () => {};
  const { user } = renderApp(OFFICE);
  const table = await screen.findByRole("table", { name: "Register of processing" });
  expect(within(table).getByText("Sensitive", { selector: ".badge" })).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Download CSV" }));
  await expectAccessible();
});

test("offers to try again when the register cannot be made", async () => {
  fake.refuseNext("GET", /processing-register$/, { status: 503, slug: "unavailable" });
  const { user } = renderApp(OFFICE);
  const alert = await screen.findByRole("alert");
  await user.click(within(alert).getByRole("button", { name: "Try again" }));
  await waitFor(() =>
    expect(screen.getByRole("table", { name: "Register of processing" })).toBeInTheDocument(),
  );
});

test.each([
  ["=1+1", "'=1+1"],
  ["+1", "'+1"],
  ["-1", "'-1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ["\r=1", '"\'\r=1"'],
  ['say "yes", please', '"say ""yes"", please"'],
])("writes %j so that no spreadsheet runs it", (text, written) => {
  expect(csvOf([[text]])).toBe(`${written}\r\n`);
});
