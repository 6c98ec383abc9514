import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { IDS } from "@/testing/data";
import { fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";

const AT = `/register/${IDS.registration}`;
const SAVES = /steps\/about_you$/;

const name = () => screen.findByLabelText(/^Full name/);

test("saves by itself a moment after typing, once, with the revision", async () => {
  fake.begin();
  const { user } = renderApp(AT);
  await user.type(await name(), "Asha");
  expect(await screen.findByText(/^Saved /)).toBeInTheDocument();
  const calls = fake.callsTo("PUT", SAVES);
  expect(calls).toHaveLength(1);
  expect(calls[0]?.headers.get("If-Match")).toBe('"1"');
  expect(calls[0]?.body).toEqual({ complete: false, answers: { full_name: "Asha" } });
});

test("keeps back half an answer and saves the rest", async () => {
  fake.begin();
  const { user } = renderApp(AT);
  await user.type(await name(), "Asha");
  await user.type(screen.getByLabelText(/^E-mail/), "asha@");
  expect(await screen.findByText(/except 1 answer to correct/)).toBeInTheDocument();
  expect(fake.registration?.steps.about_you?.answers).toEqual({ full_name: "Asha" });
});

test("says so when saving fails, and tries again", async () => {
  fake.begin();
  fake.refuseNext("PUT", SAVES, "offline");
  const { user } = renderApp(AT);
  await user.type(await name(), "Asha");
  expect(await screen.findByText(/^Offline/)).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Retry" }));
  expect(await screen.findByText(/^Saved /)).toBeInTheDocument();
});

test("brings unsaved answers back after a reload, but never a sealed one", async () => {
  fake.begin();
  fake.refuseNext("PUT", SAVES, "offline");
  const first = renderApp(AT);
  await first.user.selectOptions(await screen.findByLabelText(/^Country/), "IN");
  await first.user.type(screen.getByLabelText(/^Aadhaar/), "234123412346");
  await first.user.type(await name(), "Asha");
  expect(JSON.stringify(localStorage)).not.toContain("234123");
  expect(JSON.stringify(sessionStorage)).not.toContain("234123");
  first.unmount();

  renderApp(AT);
  expect(await name()).toHaveValue("Asha");
  expect(await screen.findByText(/^Saved /)).toBeInTheDocument();
  expect(fake.registration?.steps.about_you?.answers).toMatchObject({
    full_name: "Asha",
    country: "IN",
  });
});

test("adds what another device has saved in other answers", async () => {
  fake.begin();
  const { user } = renderApp(AT);
  await name();
  fake.changeElsewhere("about_you", { phone: "+919876543210" });
  await user.type(await name(), "Asha");
  expect(await screen.findByText(/another device were added/)).toBeInTheDocument();
  expect(screen.getByLabelText(/^Phone/)).toHaveValue("+919876543210");
  await waitFor(() =>
    expect(fake.registration?.steps.about_you?.answers).toEqual({
      full_name: "Asha",
      phone: "+919876543210",
    }),
  );
});

test("asks when both devices answered the same question, and loses neither", async () => {
  fake.begin();
  const { user } = renderApp(AT);
  await name();
  fake.changeElsewhere("about_you", { full_name: "Asha K." });
  await user.type(await name(), "Asha Kulkarni");
  const dialog = await screen.findByRole("alertdialog");
  const choice = within(dialog).getByRole("radiogroup", { name: "Full name" });
  expect(within(choice).getByRole("radio", { name: /Asha Kulkarni/ })).toBeChecked();
  await user.click(within(choice).getByRole("radio", { name: /Asha K\./ }));
  await user.click(within(dialog).getByRole("button", { name: "Save my choice" }));
  expect(await name()).toHaveValue("Asha K.");

  fake.changeElsewhere("about_you", { full_name: "A. K." });
  await user.clear(await name());
  await user.type(await name(), "Asha Kulkarni");
  const again = await screen.findByRole("alertdialog");
  await user.click(within(again).getByRole("button", { name: "Save my choice" }));
  await waitFor(() =>
    expect(fake.registration?.steps.about_you?.answers?.full_name).toBe("Asha Kulkarni"),
  );
});

test("sends a sealed answer once, and its mask from then on", async () => {
  fake.begin();
  const { user } = renderApp(AT);
  await user.selectOptions(await screen.findByLabelText(/^Country/), "IN");
  await user.type(screen.getByLabelText(/^Aadhaar/), "234123412346");
  await screen.findByText(/^Saved /);
  await user.type(await name(), "Asha");
  await waitFor(() => expect(fake.callsTo("PUT", SAVES).length).toBeGreaterThan(1));
  const bodies = fake.callsTo("PUT", SAVES).map(({ body }) => JSON.stringify(body));
  expect(bodies.filter((body) => body.includes("234123412346"))).toHaveLength(1);
  expect(bodies.at(-1)).toContain("••••2346");
});

test("keeps an answer that the server could not store, and says why once it is left", async () => {
  fake.begin();
  const { user } = renderApp(AT);
  const phone = await screen.findByLabelText(/^Phone/);
  fake.unstored = [{ pointer: "/answers/phone", code: "format", message: "No such number." }];
  await user.type(phone, "+911234567890");
  expect(await screen.findByText(/except 1 answer to correct/)).toBeInTheDocument();
  expect(phone).not.toBeInvalid();
  await user.tab();
  expect(phone).toBeInvalid();
  expect(phone).toHaveValue("+911234567890");
});

test("shows the confirmation when the registration was submitted elsewhere", async () => {
  fake.begin();
  const { user } = renderApp(AT);
  await name();
  fake.change({ state: "confirmed", confirmation_number: "GYL-1" });
  fake.refuseNext("PUT", SAVES, { status: 409, slug: "registration-not-editable" });
  await user.type(await name(), "Asha");
  expect(await screen.findByRole("heading", { name: "You are registered" })).toBeInTheDocument();
});

function line(isThere: boolean) {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(isThere);
  window.dispatchEvent(new Event(isThere ? "online" : "offline"));
}

test("pauses without a line and goes on by itself when it is back", async () => {
  fake.begin();
  const { user } = renderApp(AT);
  const box = await name();
  act(() => line(false));
  expect(await screen.findByText(/^Offline/)).toBeInTheDocument();
  await user.type(box, "Asha");
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(screen.getByText(/^Offline/)).toBeInTheDocument();
  expect(fake.callsTo("PUT", SAVES)).toHaveLength(0);
  expect(JSON.stringify(localStorage)).toContain("Asha");
  act(() => line(true));
  expect(await screen.findByText(/^Saved /)).toBeInTheDocument();
  expect(fake.registration?.steps.about_you?.answers).toEqual({ full_name: "Asha" });
});

test("says why it cannot submit without a line, and sends nothing", async () => {
  const { steps } = fake.begin();
  const complete = Object.keys(steps).map((step) => [
    step,
    { status: "complete", answers: {}, problems: [] } as const,
  ]);
  fake.change({ steps: Object.fromEntries(complete) });
  const { user } = renderApp(`${AT}/review`);
  const submit = await screen.findByRole("button", { name: "Submit registration" });
  act(() => line(false));
  expect(await screen.findByText(/can be sent as soon as the connection is back/)).toBeVisible();
  await user.click(submit);
  expect(fake.callsTo("POST", /submit$/)).toHaveLength(0);
  act(() => line(true));
  await waitFor(() => expect(screen.queryByText(/can be sent as soon as/)).toBeNull());
  await user.click(screen.getByRole("button", { name: "Submit registration" }));
  expect(await screen.findByRole("heading", { name: "You are registered" })).toBeVisible();
});
