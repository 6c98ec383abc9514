import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible } from "@/testing/axe";
import { fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";

const PEOPLE = "/staff/organization/sahaya/people";

beforeEach(() => {
  fake.staff();
  localStorage.setItem("prs.signed-in", "1");
});

test("lists who may do what, and takes a role away after asking", async () => {
  const { user } = renderApp(PEOPLE);
  const own = await screen.findByRole("row", { name: /Meera Staff/ });
  expect(within(own).queryByRole("button")).not.toBeInTheDocument();
  expect(screen.getByRole("row", { name: /lena@example.org.*Invited/ })).toBeInTheDocument();
  await expectAccessible();
  await user.click(
    screen.getByRole("button", { name: "Take away Data steward from Joseph Mathew" }),
  );
  const dialog = await screen.findByRole("alertdialog");
  await user.click(within(dialog).getByRole("button", { name: "Take away" }));
  await waitFor(() => expect(screen.queryByText("Joseph Mathew")).not.toBeInTheDocument());
});

test("keeps the question open when the last administrator would go", async () => {
  fake.refuseNext("DELETE", /grants/, { status: 409, slug: "last-administrator" });
  const { user } = renderApp(PEOPLE);
  await user.click(
    await screen.findByRole("button", { name: "Take away Data steward from Joseph Mathew" }),
  );
  await user.click(await screen.findByRole("button", { name: "Take away" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("This is the last administrator");
});

test("gives a role by e-mail until a day, and explains the role", async () => {
  const { user } = renderApp(PEOPLE);
  await user.click(await screen.findByRole("button", { name: "Give the role" }));
  expect(screen.getByLabelText(/^E-mail/)).toHaveFocus();
  await user.type(screen.getByLabelText(/^E-mail/), "tara@example.org");
  await user.selectOptions(screen.getByRole("combobox", { name: "Role" }), "auditor");
  expect(screen.getByRole("combobox", { name: "Role" })).toHaveAccessibleDescription(
    /Sees no registration/,
  );
  await user.type(screen.getByLabelText(/^Until/), "2020-01-01");
  await user.click(screen.getByRole("button", { name: "Give the role" }));
  expect(screen.getByText("Choose a day to come.")).toBeInTheDocument();
  await user.clear(screen.getByLabelText(/^Until/));
  await user.type(screen.getByLabelText(/^Until/), "2099-01-01");
  await user.click(screen.getByRole("button", { name: "Give the role" }));
  expect(await screen.findByText("tara@example.org was invited.")).toBeInTheDocument();
  const [call] = fake.callsTo("POST", /grants$/);
  expect(call?.body).toMatchObject({ email: "tara@example.org", role: "auditor" });
  expect(call?.body).toHaveProperty(
    "expires_at",
    new Date("2099-01-01T23:59:59").toISOString().replace(".000Z", "Z"),
  );
});

test("says why nobody can give a role to themselves", async () => {
  const { user } = renderApp(PEOPLE);
  await user.type(await screen.findByLabelText(/^E-mail/), "staff@example.org");
  await user.click(screen.getByRole("button", { name: "Give the role" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("You cannot give a role to yourself");
});

test("shows each page to those who may see it, and to nobody else", async () => {
  fake.staff(["registration:read", "audit:read"]);
  renderApp("/staff");
  const pages = await screen.findByRole("navigation", { name: "Settings of the organisation" });
  const names = within(pages)
    .getAllByRole("link")
    .map((link) => link.textContent);
  expect(names).toEqual(["Registrations", "Audit trail", "Help requests"]);
});

test("shows no settings to somebody who may see none of them", async () => {
  fake.staff(["event:read"]);
  renderApp("/staff");
  await screen.findByText("Asha Kulkarni");
  expect(screen.queryByRole("navigation", { name: /Settings/ })).not.toBeInTheDocument();
});

test.each(["people", "keys", "access", "audit", "privacy", "support"])(
  "asks the server nothing for the page %s without its permission",
  async (page) => {
    fake.staff(["event:read"]);
    renderApp(`/staff/organization/sahaya/${page}`);
    expect(await screen.findByText("This page is not for you")).toBeInTheDocument();
    expect(fake.callsTo("GET", /^\/organizations\//)).toHaveLength(0);
  },
);

test("treats a role that waits for a second factor as none", async () => {
  for (const grant of fake.me?.grants ?? []) grant.second_factor_needed = true;
  renderApp(PEOPLE);
  expect(await screen.findByText("This page is not for you")).toBeInTheDocument();
  expect(screen.getByText("Turn on a second factor")).toBeInTheDocument();
});

test("does not know another organization's page", async () => {
  renderApp("/staff/organization/elsewhere/people");
  expect(await screen.findByText("We could not find this page")).toBeInTheDocument();
});

test("reaches an organization below the one where the role was given", async () => {
  const { user } = renderApp(PEOPLE);
  const select = await screen.findByRole("combobox", { name: "Organisation" });
  await user.selectOptions(select, "Sahaya Nashik");
  expect(await screen.findByText("Sahaya Nashik", { selector: "p" })).toBeInTheDocument();
  expect(within(select).queryByText("Sahaya Pune")).not.toBeInTheDocument();
});

test("finds an organization below by its address, and none that is not there", async () => {
  renderApp("/staff/organization/sahaya-nashik/people");
  expect(await screen.findByText("Sahaya Nashik", { selector: "p" })).toBeInTheDocument();
});

test("shows those where a role was given when the server's list does not come", async () => {
  for (let time = 0; time < 4; time++)
    fake.refuseNext("GET", /^\/organizations$/, { status: 403, slug: "forbidden" });
  renderApp(PEOPLE);
  expect(await screen.findByRole("row", { name: /Meera Staff/ })).toBeInTheDocument();
});
