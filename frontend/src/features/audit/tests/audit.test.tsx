import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible } from "@/testing/axe";
import { fake } from "@/testing/fake";
import { NOTE } from "@/testing/fakes/oversight";
import { renderApp } from "@/testing/render";
import { queryOf } from "../queries";

const AUDIT = "/staff/organization/sahaya/audit";

beforeEach(() => {
  fake.staff(["audit:read"]);
  localStorage.setItem("prs.signed-in", "1");
  HTMLAnchorElement.prototype.click = () => {};
});

test("shows who did what, and whether it is sealed", async () => {
  renderApp(AUDIT);
  const granted = await screen.findByRole("row", { name: /role\.granted.*Meera Staff.*Sealed/ });
  expect(granted).toBeInTheDocument();
  expect(
    screen.getByRole("row", { name: /registration\.confirmed.*Nobody signed in.*Not yet sealed/ }),
  ).toBeInTheDocument();
  const seals = await screen.findByRole("table", { name: "Seals" });
  expect(within(seals).getByText("38 events (1802–1839)")).toBeInTheDocument();
  await expectAccessible();
});

test("filters on the server and says when nothing is found", async () => {
  const { user } = renderApp(AUDIT);
  await screen.findByText("role.granted");
  await user.selectOptions(screen.getByRole("combobox", { name: "Action" }), "role");
  await waitFor(() => expect(screen.queryByText("api-key.created")).not.toBeInTheDocument());
  await user.selectOptions(screen.getByRole("combobox", { name: "Action" }), "ticket");
  expect(await screen.findByText("No events found")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Show everything" }));
  expect(await screen.findByText("api-key.created")).toBeInTheDocument();
});

test("says that an identifier is not complete, and filters nothing by it", async () => {
  const { user } = renderApp(AUDIT);
  await user.type(await screen.findByLabelText(/^On what/), "ab12");
  expect(await screen.findByText("This is no complete identifier.")).toBeInTheDocument();
  expect(queryOf({ action: "", actor: "", subject: "ab12", from: "", to: "" }).subject).toBe(
    undefined,
  );
});

test("opens the details of an event", async () => {
  const { user } = renderApp(AUDIT);
  await user.click(await screen.findByRole("button", { name: "Details of role.granted" }));
  const drawer = await screen.findByRole("dialog", { name: "role.granted" });
  expect(within(drawer).getByText(/"role": "data-steward"/)).toBeInTheDocument();
  expect(within(drawer).getByText("req-1")).toBeInTheDocument();
  await expectAccessible(drawer);
});

test("shows why an answer was revealed, when asked", async () => {
  const { user } = renderApp(AUDIT);
  await user.click(await screen.findByRole("button", { name: "Details of sensitive.revealed" }));
  const drawer = await screen.findByRole("dialog", { name: "sensitive.revealed" });
  expect(within(drawer).queryByText(NOTE)).not.toBeInTheDocument();
  fake.refuseNext("GET", /reveal-notes/, { status: 503, slug: "keys-unavailable" });
  await user.click(within(drawer).getByRole("button", { name: "Show the note" }));
  expect(await within(drawer).findByRole("alert")).toBeInTheDocument();
  await user.click(within(drawer).getByRole("button", { name: "Show the note" }));
  expect(await within(drawer).findByText(NOTE)).toBeInTheDocument();
  await expectAccessible(drawer);
});

test.each([
  ["Export CSV", "csv"],
  ["Export NDJSON", "ndjson"],
])("%s takes the filter along", async (name, format) => {
  const { user } = renderApp(`${AUDIT}?action=role`);
  await user.click(await screen.findByRole("button", { name }));
  await waitFor(() => expect(fake.callsTo("GET", /export$/)).toHaveLength(1));
  expect(fake.callsTo("GET", /export$/)[0]?.query).toBe(`?format=${format}&action=role`);
});

test("says when an export is refused", async () => {
  fake.refuseNext("GET", /export$/, { status: 429, slug: "rate-limited" });
  const { user } = renderApp(AUDIT);
  await user.click(await screen.findByRole("button", { name: "Export CSV" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Too many requests");
});

test("ends a day with the day after it", () => {
  const { from, to } = queryOf({
    action: "",
    actor: "",
    subject: "",
    from: "2026-11-20",
    to: "2026-11-20",
  });
  expect(Date.parse(to ?? "") - Date.parse(from ?? "")).toBe(86_400_000);
});
