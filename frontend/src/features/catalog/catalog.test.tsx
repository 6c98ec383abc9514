import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";

test("lists programs page by page", async () => {
  const { user } = renderApp("/");
  expect(await screen.findByRole("link", { name: /Global Youth Leadership/ })).toBeInTheDocument();
  expect(screen.getByText("4 programs shown")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Show more" }));
  expect(await screen.findByText("6 programs shown")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Show more" })).not.toBeInTheDocument();
});

test("finds by word and category, and says when nothing fits", async () => {
  const { user } = renderApp("/");
  await user.click(await screen.findByRole("radio", { name: "Arts" }));
  expect(await screen.findByText("2 programs shown")).toBeInTheDocument();
  await user.type(screen.getByRole("searchbox", { name: "Search programs" }), "clay");
  expect(await screen.findByText("1 program shown")).toBeInTheDocument();
  await user.type(screen.getByRole("searchbox", { name: "Search programs" }), "zzz");
  expect(await screen.findByText("No program matches")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Show all programs" }));
  expect(await screen.findByText("4 programs shown")).toBeInTheDocument();
});

test("explains a failure and tries again", async () => {
  fake.refuseNext("GET", /^\/events$/, {
    status: 429,
    slug: "rate-limited",
    headers: { "Retry-After": "3" },
  });
  const { user } = renderApp("/");
  expect(await screen.findByText(/Try again in 3 seconds/)).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("4 programs shown")).toBeInTheDocument();
});

test("shows an event's dates in the event's own zone, and its tickets", async () => {
  renderApp("/events/young-mayors-forum");
  expect(
    await screen.findByRole("heading", { name: "Young Mayors’ Forum", level: 1 }),
  ).toBeInTheDocument();
  expect(screen.getByText(/6:30/)).toBeInTheDocument();
  expect(screen.getByText(/East Africa Time/)).toBeInTheDocument();
  expect(screen.getByText("42 places left")).toBeInTheDocument();
  expect(screen.getByText("Sold out")).toBeInTheDocument();
});

test("shows a program's picture in the size that fits, and draws one where there is none", async () => {
  const { container } = renderApp("/");
  await screen.findByRole("link", { name: /Monsoon School/ });
  const pictures = container.querySelectorAll("picture");
  expect(pictures).toHaveLength(1);
  expect(pictures[0]?.querySelector("source")?.srcset).toMatch(/480\.webp 480w, .*960\.webp 960w$/);
  expect(pictures[0]?.querySelector("img")).toHaveAttribute("alt", "");
  expect(container.querySelectorAll("svg.cover").length).toBe(3);
});

test("does not offer to register when registration is closed", async () => {
  renderApp("/events/mountain-rescue-first-aid");
  expect(await screen.findByText("Registration is closed")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Register" })).not.toBeInTheDocument();
});

test("says so when there is no such event", async () => {
  renderApp("/events/nothing");
  expect(
    await screen.findByRole("heading", { name: "We could not find this page" }),
  ).toBeInTheDocument();
});

test("speaks Hindi when asked to", async () => {
  const { user } = renderApp("/");
  await user.selectOptions(await screen.findByRole("combobox", { name: "Language" }), "hi");
  expect(await screen.findByRole("heading", { name: "अपना कार्यक्रम खोजें" })).toBeInTheDocument();
  expect(await screen.findByText("वैश्विक युवा नेतृत्व शिविर 2027")).toBeInTheDocument();
  expect(document.documentElement.lang).toBe("hi");
  await user.selectOptions(screen.getByRole("combobox"), "en");
});
