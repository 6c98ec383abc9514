import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { expectAccessible } from "@/testing/axe";
import { fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";

test("sends a guest's message with the number of the request that failed", async () => {
  const { user } = renderApp("/support?request=req-42");
  await user.click(await screen.findByRole("button", { name: "Send" }));
  expect(screen.getByLabelText(/^E-mail/)).toHaveFocus();
  await user.type(screen.getByLabelText(/^E-mail/), "asha@example.org");
  await user.type(screen.getByLabelText(/^What is it about/), "Payment");
  await user.type(screen.getByLabelText(/^Your message/), "It failed.");
  await user.click(screen.getByRole("button", { name: "Send" }));
  expect(await screen.findByText("We have your message")).toBeInTheDocument();
  expect(fake.callsTo("POST", /support-requests$/)[0]?.body).toEqual({
    subject: "Payment",
    message: "It failed.\n\nRequest: req-42",
    email: "asha@example.org",
  });
  await expectAccessible();
});

test("asks an account for no address", async () => {
  fake.staff();
  localStorage.setItem("prs.signed-in", "1");
  renderApp("/support");
  expect(await screen.findByText("Our answer goes to staff@example.org.")).toBeInTheDocument();
  expect(screen.queryByLabelText(/^E-mail/)).not.toBeInTheDocument();
});

test("takes nothing into the message that is no identifier", async () => {
  renderApp("/support?request=%3Cscript%3Ealert(1)%3C%2Fscript%3E");
  await screen.findByRole("button", { name: "Send" });
  expect(screen.queryByText(/We attach/)).not.toBeInTheDocument();
});

test("keeps the message when it cannot be sent", async () => {
  fake.refuseNext("POST", /support-requests$/, "offline");
  const { user } = renderApp("/support");
  await user.type(await screen.findByLabelText(/^E-mail/), "asha@example.org");
  await user.type(screen.getByLabelText(/^What is it about/), "Payment");
  await user.type(screen.getByLabelText(/^Your message/), "It failed.");
  await user.click(screen.getByRole("button", { name: "Send" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("You seem to be offline");
  expect(screen.getByLabelText(/^Your message/)).toHaveValue("It failed.");
});

test("is reached from the footer of every page", async () => {
  const { user } = renderApp("/");
  await user.click(await screen.findByRole("link", { name: "Help" }));
  expect(await screen.findByRole("heading", { name: "How can we help?" })).toBeInTheDocument();
});
