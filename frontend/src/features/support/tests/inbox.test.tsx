import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible } from "@/testing/axe";
import { fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";

const INBOX = "/staff/organization/sahaya/support";

beforeEach(() => {
  fake.staff(["registration:read"]);
  localStorage.setItem("prs.signed-in", "1");
});

test("lists what was asked, whether the help desk has it, and more when wanted", async () => {
  const { user } = renderApp(INBOX);
  const first = await screen.findByRole("row", { name: /first day.*Asha Kulkarni.*Ticket 4711/ });
  expect(within(first).getByText("GYL-7K3M-29")).toBeInTheDocument();
  expect(screen.getByRole("row", { name: /Vegan food.*Waits for the help desk/ })).toBeVisible();
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: /more/i }));
  expect(await screen.findByRole("row", { name: /Invoice.*Not delivered/ })).toBeVisible();
});

test("opens the whole message", async () => {
  const { user } = renderApp(INBOX);
  await user.click(await screen.findByRole("button", { name: /first day/ }));
  const drawer = await screen.findByRole("dialog", { name: /first day/ });
  expect(within(drawer).getByText(/May I arrive one day later/)).toBeInTheDocument();
  expect(within(drawer).getByText("5A00-0001")).toBeInTheDocument();
  await expectAccessible(drawer);
});

test("says that nobody asked anything", async () => {
  fake.organization.requests = [];
  renderApp(INBOX);
  expect(await screen.findByText("No requests yet")).toBeInTheDocument();
});

test("says when the list does not come, and tries again", async () => {
  // The client tries a read again by itself.
  for (let time = 0; time < 4; time++)
    fake.refuseNext("GET", /support-requests$/, { status: 403, slug: "forbidden" });
  renderApp(INBOX);
  expect(await screen.findByRole("alert")).toBeInTheDocument();
});

test("is for those only who read registrations", async () => {
  fake.staff(["audit:read"]);
  renderApp(INBOX);
  expect(await screen.findByText("This page is not for you")).toBeInTheDocument();
  expect(fake.callsTo("GET", /support-requests$/)).toHaveLength(0);
});
