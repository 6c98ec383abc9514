import { act, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { expectAccessible } from "@/testing/axe";
import { fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";

beforeEach(() => {
  fake.begin();
  fake.changeElsewhere("about_you", {
    full_name: "Maria",
    aadhaar: { masked: "••••2346" },
    country: "IN",
  });
  localStorage.setItem("prs.signed-in", "1");
});

afterEach(() => vi.useRealTimers());

async function openDrawer() {
  const app = renderApp("/staff");
  await app.user.click(await screen.findByRole("button", { name: "Details of Maria Fernández" }));
  await screen.findByText("••••2346");
  return app;
}

async function reveal() {
  fake.staff(["registration:read", "sensitive:reveal"]);
  const app = await openDrawer();
  await app.user.click(screen.getByRole("button", { name: /^Reveal/ }));
  const dialog = await screen.findByRole("dialog", { name: /^Reveal “/ });
  return { ...app, dialog };
}

test("offers no reveal and no search by number without the permission", async () => {
  fake.staff(["registration:read"]);
  await openDrawer();
  expect(screen.queryByRole("button", { name: /^Reveal/ })).not.toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Search by number", hidden: true })).toBeNull();
});

test("shows the answer only after a reason, and a note where the reason is another", async () => {
  const { user, dialog } = await reveal();
  await user.click(within(dialog).getByRole("button", { name: "Reveal" }));
  expect(within(dialog).getByText("Choose a reason.")).toBeInTheDocument();
  const reason = within(dialog).getByRole("combobox", { name: /Why do you need it/ });
  await user.selectOptions(reason, "other");
  await user.click(within(dialog).getByRole("button", { name: "Reveal" }));
  expect(within(dialog).getByLabelText(/^Note/)).toHaveFocus();
  await expectAccessible(dialog);
  expect(fake.callsTo("POST", /reveals$/)).toHaveLength(0);
  await user.type(within(dialog).getByLabelText(/^Note/), "Asked at the desk");
  await user.click(within(dialog).getByRole("button", { name: "Reveal" }));
  expect(await screen.findByText("2345 6789 2346")).toBeInTheDocument();
  expect(fake.callsTo("POST", /reveals$/)[0]?.body).toEqual({
    step: "about_you",
    pointer: "/aadhaar",
    reason: "other",
    note: "Asked at the desk",
  });
});

test("hides the answer after half a minute, and keeps it nowhere", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const { user, dialog } = await reveal();
  await user.selectOptions(within(dialog).getByRole("combobox"), "support");
  await user.click(within(dialog).getByRole("button", { name: "Reveal" }));
  await screen.findByText("2345 6789 2346");
  await act(() => vi.advanceTimersByTimeAsync(15_000));
  expect(screen.getByText("2345 6789 2346")).toBeInTheDocument();
  await act(() => vi.advanceTimersByTimeAsync(16_000));
  expect(screen.queryByText("2345 6789 2346")).not.toBeInTheDocument();
  const stored = JSON.stringify({ ...localStorage, ...sessionStorage });
  expect(stored + document.body.innerHTML).not.toContain("2345 6789");
});

test("says why an answer cannot be shown", async () => {
  fake.refuseNext("POST", /reveals$/, { status: 409, slug: "value-not-kept" });
  const { user, dialog } = await reveal();
  await user.selectOptions(within(dialog).getByRole("combobox"), "support");
  await user.click(within(dialog).getByRole("button", { name: "Reveal" }));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent("only its last characters");
});

test("finds a registration by a number, which appears in no address", async () => {
  fake.staff(["registration:read", "sensitive:reveal"]);
  const { user } = renderApp("/staff");
  await user.click(await screen.findByRole("button", { name: "Search by number" }));
  const dialog = await screen.findByRole("dialog", { name: "Search by identity number" });
  await user.click(within(dialog).getByRole("button", { name: "Search" }));
  expect(within(dialog).getByLabelText(/^Number/)).toHaveFocus();
  await user.type(within(dialog).getByLabelText(/^Number/), "M1234567");
  await user.click(within(dialog).getByRole("button", { name: "Search" }));
  expect(await within(dialog).findByText("1 found")).toBeInTheDocument();
  await expectAccessible(dialog);
  expect(fake.calls.every(({ path, query }) => !`${path}${query}`.includes("M1234567"))).toBe(true);
  await user.click(within(dialog).getByRole("button", { name: /^Details of/ }));
  expect(await screen.findByRole("dialog", { name: /Asha|Maria|Rahul/ })).toBeInTheDocument();
});

test("says that nobody has the number, and that some numbers are not kept", async () => {
  fake.staff(["registration:read", "sensitive:reveal"]);
  const { user } = renderApp("/staff");
  await user.click(await screen.findByRole("button", { name: "Search by number" }));
  const dialog = await screen.findByRole("dialog");
  await user.type(within(dialog).getByLabelText(/^Number/), "N7654321");
  await user.click(within(dialog).getByRole("button", { name: "Search" }));
  expect(await within(dialog).findByText(/Nobody registered/)).toBeInTheDocument();
  await user.selectOptions(within(dialog).getByRole("combobox"), "aadhaar");
  await user.click(within(dialog).getByRole("button", { name: "Search" }));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent("are not kept");
});
