import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { expectAccessible } from "@/testing/axe";
import { ADMINISTRATOR, fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";

const AT = "/staff/organization/sahaya/mails";

function staff() {
  fake.staff([...ADMINISTRATOR, "event:manage", "registration:manage"]);
  localStorage.setItem("prs.signed-in", "1");
}

test("a text is written with its preview beside it", async () => {
  staff();
  const { user } = renderApp(AT);
  const body = await screen.findByRole("textbox", { name: /^Body/ });
  expect(await screen.findByText("Dear Asha Kulkarni")).toBeInTheDocument();
  await user.clear(body);
  await user.type(body, "<p>Welcome {{{{ name }}</p>");
  expect(await screen.findByText("Welcome Asha Kulkarni")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText(/The next mail has this text/)).toBeInTheDocument();
  expect(screen.getByText("The organisation's text")).toBeInTheDocument();
  const [saved] = fake.callsTo("PUT", /mail-templates\/confirmation\/en$/);
  expect(saved?.body).toEqual({
    subject: "Confirmed: {{ event }}",
    body: "<p>Welcome {{ name }}</p>",
  });
  expect(saved?.headers.get("If-Match")).toBe('"0"');
  await expectAccessible();
});

test("what is wrong with a text is said beside it", async () => {
  staff();
  const { user } = renderApp(AT);
  const body = await screen.findByRole("textbox", { name: /^Body/ });
  await user.clear(body);
  await user.type(body, "{{{{ wrong }}");
  expect(await screen.findByText("Line 1, character 1: unknown.")).toBeInTheDocument();
});

test("a text of one's own goes back to the one above it", async () => {
  staff();
  fake.letters.template = { subject: "Ours", body: "<p>x</p>", source: "organization", version: 3 };
  const { user } = renderApp(AT);
  await user.click(await screen.findByRole("button", { name: "Back to the text above it" }));
  const dialog = await screen.findByRole("alertdialog");
  await user.click(within(dialog).getByRole("button", { name: "Back to the text above it" }));
  expect(await screen.findByText("The text that comes with the platform")).toBeInTheDocument();
});

test("a trial goes to oneself", async () => {
  staff();
  const { user } = renderApp(AT);
  await user.click(await screen.findByRole("button", { name: "Send it to me" }));
  expect(await screen.findByText("It is on its way to staff@example.org.")).toBeInTheDocument();
});

test("a mailing shows how far it is and can be stopped", async () => {
  staff();
  const { user } = renderApp(AT);
  await user.click(await screen.findByRole("button", { name: "Send them again" }));
  const dialog = await screen.findByRole("alertdialog");
  await user.click(within(dialog).getByRole("button", { name: "Send them again" }));
  expect(await screen.findByText(/1 of 4 sent · about 2 min left/)).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Stop" }));
  await waitFor(() => expect(screen.getByText(/3 withdrawn · Stopped/)).toBeInTheDocument());
});

test("the page is for those who may write mails", async () => {
  fake.staff();
  localStorage.setItem("prs.signed-in", "1");
  renderApp(AT);
  expect(await screen.findByText("This page is not for you")).toBeInTheDocument();
});
