import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { IDS } from "@/testing/data";
import { fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";

beforeEach(() => {
  fake.staff();
  localStorage.setItem("prs.signed-in", "1");
});

test("shows each registration with its way to the back office", async () => {
  renderApp("/staff");
  const row = (await screen.findByText("Maria Fernández")).closest("tr");
  expect(row).not.toBeNull();
  expect(within(row as HTMLElement).getByText("Failed")).toBeInTheDocument();
  expect(within(row as HTMLElement).getByText("GYL-7384")).toBeInTheDocument();
  expect(screen.getByText("Waiting")).toBeInTheDocument();
});

test("searches and filters on the server", async () => {
  const { user } = renderApp("/staff");
  await screen.findByText("Asha Kulkarni");
  await user.type(screen.getByRole("searchbox"), "rahul");
  await waitFor(() => expect(screen.queryByText("Asha Kulkarni")).not.toBeInTheDocument());
  expect(screen.getByText("Rahul Deshmukh")).toBeInTheDocument();
  await user.selectOptions(screen.getByRole("combobox", { name: "State" }), "cancelled");
  expect(await screen.findByText("No registrations found")).toBeInTheDocument();
});

test("opens the details with the reason of a failed delivery", async () => {
  fake.begin();
  fake.changeElsewhere("about_you", {
    full_name: "Maria",
    aadhaar: { masked: "••••2346" },
    country: "IN",
  });
  const { user } = renderApp("/staff");
  await user.click(await screen.findByRole("button", { name: "Details of Maria Fernández" }));
  const drawer = await screen.findByRole("dialog", { name: "Maria Fernández" });
  expect(within(drawer).getByText(/refused by the back office/)).toBeInTheDocument();
  expect(await within(drawer).findByText("••••2346")).toBeInTheDocument();
});

test("exports what the filter shows, with the bearer token", async () => {
  const { user } = renderApp("/staff?state=confirmed");
  await user.click(await screen.findByRole("button", { name: "Export" }));
  await waitFor(() => expect(fake.callsTo("GET", /export$/)).toHaveLength(1));
  expect(fake.callsTo("GET", /export$/)[0]?.headers.get("Authorization")).toBe("Bearer token");
});

test("filters by an answer and says how many have it", async () => {
  const { user } = renderApp(`/staff?event=${IDS.event}`);
  await user.click(await screen.findByText("More filters"));
  const meal = await screen.findByRole("combobox", { name: "Meal" });
  expect(within(meal).getByRole("option", { name: "Vegan (3)" })).toBeInTheDocument();
  await user.selectOptions(meal, "vegan");
  await waitFor(() =>
    expect(
      fake
        .callsTo("GET", /registrations$/)
        .some(({ query }) => query.includes("answer=about_you.meal%3Ais%3Avegan")),
    ).toBe(true),
  );
  await user.selectOptions(screen.getByRole("combobox", { name: "Format" }), "xlsx");
  await user.click(screen.getByRole("button", { name: "Export" }));
  await waitFor(() => expect(fake.callsTo("GET", /export$/)).toHaveLength(1));
  expect(fake.callsTo("GET", /export$/)[0]?.query).toContain("format=xlsx");
});

test("tells what was changed, and of a sensitive answer only that it was", async () => {
  const { user } = renderApp("/staff");
  await user.click(await screen.findByRole("button", { name: "Details of Asha Kulkarni" }));
  const drawer = await screen.findByRole("dialog", { name: "Asha Kulkarni" });
  expect(await within(drawer).findByText(/from “2” to “3”/)).toBeInTheDocument();
  expect(within(drawer).getByText(/only that it was changed/)).toBeInTheDocument();
});
