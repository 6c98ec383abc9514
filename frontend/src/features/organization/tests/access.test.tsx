import { screen } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible } from "@/testing/axe";
import { fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";
import { isNetwork, networksOf } from "../networks";

const ACCESS = "/staff/organization/sahaya/access";

beforeEach(() => {
  fake.staff();
  localStorage.setItem("prs.signed-in", "1");
});

test("saves the rules", async () => {
  const { user } = renderApp(ACCESS);
  await user.click(await screen.findByRole("checkbox", { name: /needs a second factor/ }));
  await user.type(screen.getByLabelText(/^Allowed networks/), "192.0.2.0/24");
  expect(screen.getByText(/would lock you out is refused/)).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Save the rules" }));
  expect(await screen.findByText("The rules are in force.")).toBeInTheDocument();
  expect(fake.organization.policy).toEqual({
    second_factor_required: true,
    allowed_networks: ["192.0.2.0/24"],
    denied_networks: [],
  });
  await expectAccessible();
});

test("says that a rule would lock one out, and keeps what was typed", async () => {
  const { user } = renderApp(ACCESS);
  await user.type(await screen.findByLabelText(/^Allowed networks/), "198.51.100.0/24");
  await user.click(screen.getByRole("button", { name: "Save the rules" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("lock your own address out");
  expect(screen.getByLabelText(/^Allowed networks/)).toHaveValue("198.51.100.0/24");
});

test("finds what is no network before sending it", async () => {
  const { user } = renderApp(ACCESS);
  await user.type(await screen.findByLabelText(/^Refused networks/), "office");
  await user.click(screen.getByRole("button", { name: "Save the rules" }));
  expect(screen.getByText(/“office” is no network/)).toBeInTheDocument();
  expect(screen.getByLabelText(/^Refused networks/)).toHaveFocus();
  expect(fake.callsTo("PUT", /access-policy$/)).toHaveLength(0);
});

test.each(["203.0.113.7", "203.0.113.0/24", "0.0.0.0/0", "::1", "2001:db8::/32", "fe80::1:2/128"])(
  "%s is a network",
  (text) => expect(isNetwork(text)).toBe(true),
);

test.each([
  "",
  "203.0.113",
  "256.0.0.1",
  "203.0.113.0/33",
  "::1::",
  "2001:db8::/129",
  "1/2/3",
  "x",
])("%s is none", (text) => expect(isNetwork(text)).toBe(false));

test("reads networks from lines and commas", () => {
  expect(networksOf(" 203.0.113.0/24,\n\n ::1 ")).toEqual(["203.0.113.0/24", "::1"]);
});
