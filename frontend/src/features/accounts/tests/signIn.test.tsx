import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";

async function fill(user: ReturnType<typeof renderApp>["user"], password: string) {
  await user.type(await screen.findByLabelText(/^E-mail/), "staff@example.org");
  await user.type(screen.getByLabelText(/^Password/), password);
  await user.click(screen.getByRole("button", { name: "Sign in" }));
}

test("signs in and goes on to where one was heading, with the token in memory only", async () => {
  const { user } = renderApp("/staff");
  await fill(user, "correct horse battery");
  expect(await screen.findByRole("heading", { name: "Registrations" })).toBeInTheDocument();
  expect(await screen.findByText("Asha Kulkarni")).toBeInTheDocument();
  const [call] = fake.callsTo("GET", /^\/organizations/);
  expect(call?.headers.get("Authorization")).toBe("Bearer token");
  expect(Object.values({ ...localStorage, ...sessionStorage })).not.toContain("token");
});

test("says that e-mail or password is wrong, and not which", async () => {
  const { user } = renderApp("/sign-in");
  await fill(user, "wrong");
  expect(await screen.findByRole("alert")).toHaveTextContent("E-mail or password is not right.");
});

test("does not follow an address to another site", async () => {
  const { user } = renderApp("/sign-in?next=//evil.example");
  await fill(user, "correct horse battery");
  expect(await screen.findByRole("heading", { name: "My registrations" })).toBeInTheDocument();
});

test("finds the session again by its cookie after a reload", async () => {
  fake.staff();
  localStorage.setItem("prs.signed-in", "1");
  renderApp("/account");
  expect(await screen.findByRole("heading", { name: "My registrations" })).toBeInTheDocument();
  expect(fake.callsTo("POST", /refresh$/)).toHaveLength(1);
});

test("asks nothing of the server when nobody ever signed in here", async () => {
  renderApp("/");
  await screen.findByRole("link", { name: "Sign in" });
  await screen.findByText("4 programs shown");
  expect(fake.callsTo("POST", /refresh$/)).toHaveLength(0);
});
