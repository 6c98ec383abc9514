import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";

beforeEach(() => {
  fake.staff();
  localStorage.setItem("prs.signed-in", "1");
});

const PAGES = ["/", "/account", "/account/security", "/account/privacy", "/staff", "/nowhere"];

test("is offered on every page of somebody who is signed in", async () => {
  for (const page of PAGES) {
    const { unmount } = renderApp(page);
    expect(await screen.findByRole("button", { name: "Sign out" })).toBeVisible();
    unmount();
  }
});

test.each(["answers", "offline"] as const)(
  "leaves nothing of somebody behind, also when the server is away",
  async (server) => {
    const unsaved = JSON.stringify({ about: { name: { base: "", value: "Asha", saved: false } } });
    localStorage.setItem("prs.unsaved.own", unsaved);
    localStorage.setItem("prs.submit.own", "key");
    localStorage.setItem("prs.unsaved.guest", unsaved);
    localStorage.setItem("prs.unsaved.tab", unsaved);
    sessionStorage.setItem("prs.draft.tab", "guest-token-of-this-tab");
    localStorage.setItem(
      "prs.drafts",
      JSON.stringify({
        own: { token: null, event: "e", at: "2026-01-01" },
        guest: { token: "guest-token", event: "e", at: "2026-01-01" },
      }),
    );
    const { user } = renderApp("/staff");
    expect(await screen.findByText("Asha Kulkarni")).toBeInTheDocument();
    if (server === "offline") fake.refuseNext("DELETE", /sessions\/current$/, "offline");
    await user.click(screen.getByRole("button", { name: "Sign out" }));
    expect(await screen.findByRole("link", { name: "Sign in" })).toBeInTheDocument();
    await waitFor(() => expect(localStorage.getItem("prs.signed-in")).toBeNull());
    expect(Object.keys(localStorage).filter((key) => key.endsWith(".own"))).toEqual([]);
    expect(Object.keys(JSON.parse(localStorage.getItem("prs.drafts") ?? "{}"))).toEqual(["guest"]);
    expect(document.body).not.toHaveTextContent("Asha Kulkarni");
    // A guest of the same device goes on.
    expect(localStorage.getItem("prs.unsaved.guest")).toBe(unsaved);
    expect(localStorage.getItem("prs.unsaved.tab")).toBe(unsaved);
  },
);
