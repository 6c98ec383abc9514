import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { expectAccessible } from "@/testing/axe";
import { IDS } from "@/testing/data";
import { fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";

const AT = `/register/${IDS.registration}`;
const COMPLETE = { status: "complete", answers: {}, problems: [] };
const ABOUT_YOU = {
  full_name: "Asha Kulkarni",
  email: "asha@example.org",
  birth_date: "1999-03-04",
  country: "IN",
  aadhaar: { masked: "••••2346" },
  languages: ["en"],
};

function confirmed() {
  const registration = fake.begin({ state: "confirmed", confirmation_number: "GYL-1" });
  fake.change({
    tickets: [{ ticket: IDS.full, quantity: 1, state: "taken", held_until: null }],
    attendees: [
      { uid: "person-0", ticket: IDS.full, name: "Asha Kulkarni", email: "", state: "registered" },
    ],
    steps: {
      ...registration.steps,
      about_you: { ...COMPLETE, answers: ABOUT_YOU },
      health: { ...COMPLETE, answers: { diet: "veg", has_condition: false } },
      tickets: COMPLETE,
      people: COMPLETE,
    },
  });
}

function open(...editable: string[]) {
  confirmed();
  fake.letters.allowed = {
    can_change: true,
    changes_until: "2027-01-10T04:00:00Z",
    editable,
    can_cancel: true,
    cancel_until: null,
  };
}

const sent = () => fake.callsTo("PUT", /changes$/).map(({ body }) => body);

test("shows the answers masked, and nothing to change where nothing is open", async () => {
  confirmed();
  renderApp(AT);
  expect(await screen.findByRole("heading", { name: "Your answers" })).toBeInTheDocument();
  expect(screen.getByText("asha@example.org")).toBeInTheDocument();
  expect(screen.getByText("••••2346")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Change my registration" })).toBeNull();
  await expectAccessible();
});

test("changes what is open, and sends nothing else", async () => {
  open("about_you.email");
  const { user } = renderApp(AT);
  await user.click(await screen.findByRole("button", { name: "Change my registration" }));
  const email = await screen.findByRole("textbox", { name: /^E-mail/ });
  expect(screen.queryByRole("textbox", { name: /^Full name/ })).toBeNull();
  await expectAccessible();
  await user.clear(email);
  await user.type(email, "new@example.org");
  await user.click(screen.getByRole("button", { name: "Save the changes" }));
  expect(await screen.findByText(/Your changes are saved/)).toBeInTheDocument();
  expect(sent()).toEqual([{ steps: { about_you: { answers: { email: "new@example.org" } } } }]);
  expect(screen.getByText("new@example.org")).toBeInTheDocument();
});

test("a wrong answer is pointed out and not sent", async () => {
  open("about_you.email");
  const { user } = renderApp(AT);
  await user.click(await screen.findByRole("button", { name: "Change my registration" }));
  await user.clear(await screen.findByRole("textbox", { name: /^E-mail/ }));
  await user.click(screen.getByRole("button", { name: "Save the changes" }));
  expect(await screen.findByRole("textbox", { name: /^E-mail/ })).toBeInvalid();
  expect(sent()).toEqual([]);
});

test("leaving it as it is sends nothing", async () => {
  open("about_you");
  const { user } = renderApp(AT);
  await user.click(await screen.findByRole("button", { name: "Change my registration" }));
  await user.click(await screen.findByRole("button", { name: "Leave as it is" }));
  expect(await screen.findByRole("heading", { name: "Your answers" })).toBeInTheDocument();
  expect(sent()).toEqual([]);
});

test("a change made elsewhere meanwhile is shown before it is overwritten", async () => {
  open("about_you.email");
  const { user } = renderApp(AT);
  await user.click(await screen.findByRole("button", { name: "Change my registration" }));
  const email = await screen.findByRole("textbox", { name: /^E-mail/ });
  fake.changeElsewhere("about_you", { email: "elsewhere@example.org" });
  await user.clear(email);
  await user.type(email, "new@example.org");
  await user.click(screen.getByRole("button", { name: "Save the changes" }));
  await user.click(await screen.findByRole("button", { name: "Show it as it is now" }));
  expect(await screen.findByText("elsewhere@example.org")).toBeInTheDocument();
});

test("the confirmation is sent again once", async () => {
  confirmed();
  const { user } = renderApp(AT);
  const again = await screen.findByRole("button", { name: "Send the confirmation again" });
  await user.click(again);
  await waitFor(() => expect(screen.getByText(/It is on its way/)).toBeInTheDocument());
  expect(again).toBeDisabled();
  expect(fake.callsTo("POST", /resend$/)).toHaveLength(1);
});
