import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { IDS } from "@/testing/data";
import { fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";

const AT = `/register/${IDS.registration}`;

const ABOUT_YOU = {
  full_name: "Asha Kulkarni",
  email: "asha@example.org",
  birth_date: "1999-03-04",
  country: "IN",
  aadhaar: { masked: "••••2346" },
  languages: ["en"],
};

const COMPLETE = { status: "complete", answers: {}, problems: [] };

function beginAtReview() {
  const registration = fake.begin();
  fake.change({
    tickets: [{ ticket: IDS.full, quantity: 1, state: "held", held_until: null }],
    attendees: [
      { uid: "person-0", ticket: IDS.full, name: "Asha Kulkarni", email: "", state: "planned" },
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

const next = () => screen.findByRole("button", { name: "Continue" });

describe("a form step", () => {
  test("explains what is missing on top and at the field, and leads to it", async () => {
    fake.begin();
    const { user } = renderApp(AT);
    await user.click(await next());

    const summary = screen.getByRole("alert", { name: "Please check your answers" });
    expect(summary).toHaveFocus();
    await user.click(within(summary).getByRole("link", { name: /^E-mail/ }));
    const email = screen.getByRole("textbox", { name: /^E-mail/ });
    expect(email).toHaveFocus();
    expect(email).toHaveAccessibleDescription(/Please answer this/);
    expect(email).toBeInvalid();

    await user.type(email, "asha@example.org");
    expect(within(summary).queryByRole("link", { name: /^E-mail/ })).not.toBeInTheDocument();
    expect(email).toHaveFocus();
  });

  test("shows a page only to whom it concerns", async () => {
    fake.begin();
    fake.changeElsewhere("about_you", ABOUT_YOU);
    const { user } = renderApp(AT);
    expect(await screen.findByText("27")).toBeInTheDocument();
    expect(screen.queryByText("Part 1 of 2")).not.toBeInTheDocument();

    const birth = screen.getByLabelText(/^Date of birth/);
    await user.clear(birth);
    await user.type(birth, "2011-03-04");
    expect(await screen.findByText("Part 1 of 2")).toBeInTheDocument();

    await user.click(await next());
    const heading = await screen.findByRole("heading", { name: "Your guardian", level: 1 });
    await waitFor(() => expect(heading).toHaveFocus());
  });

  test("asks for the paper that the country calls for", async () => {
    fake.begin();
    const { user } = renderApp(AT);
    const country = await screen.findByLabelText(/^Country of residence/);
    expect(screen.queryByLabelText(/^Aadhaar/)).not.toBeInTheDocument();
    await user.selectOptions(country, "IN");
    expect(screen.getByLabelText(/^Aadhaar/)).toBeInTheDocument();
    await user.selectOptions(country, "KE");
    expect(screen.queryByLabelText(/^Aadhaar/)).not.toBeInTheDocument();
    expect(screen.getByLabelText(/^Passport/)).toBeInTheDocument();
  });

  test("shows a sealed answer masked until it is changed, and can keep it", async () => {
    fake.begin();
    fake.changeElsewhere("about_you", ABOUT_YOU);
    const { user } = renderApp(AT);
    expect(await screen.findByText("••••2346")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Change: Aadhaar number" }));
    expect(screen.getByLabelText(/^Aadhaar/)).toHaveValue("");
    await user.click(screen.getByRole("button", { name: "Keep the saved answer" }));
    expect(screen.getByText("••••2346")).toBeInTheDocument();
  });

  test("adds and removes items of a list", async () => {
    fake.begin();
    fake.changeElsewhere("health", { diet: "veg", has_condition: true });
    const { user } = renderApp(`${AT}/health/condition`);
    await user.click(await screen.findByRole("button", { name: /Add Medicine/ }));
    await user.type(screen.getByLabelText(/^Name of the medicine/), "Salbutamol");
    await user.click(screen.getByRole("button", { name: /Add Medicine/ }));
    expect(screen.getAllByLabelText(/^Name of the medicine/)).toHaveLength(2);
    await user.click(screen.getByRole("button", { name: "Remove Medicine 2" }));
    expect(screen.getByLabelText(/^Name of the medicine/)).toHaveValue("Salbutamol");
  });

  test("puts what the server refuses at its field", async () => {
    fake.begin();
    fake.changeElsewhere("about_you", ABOUT_YOU);
    fake.refuseNext("PUT", /about_you$/, {
      status: 422,
      slug: "validation-failed",
      errors: [
        { pointer: "/email", code: "blocked", message: "This address cannot receive mail." },
      ],
    });
    const { user } = renderApp(AT);
    await user.click(await next());
    const email = screen.getByLabelText(/^E-mail/);
    await waitFor(() =>
      expect(email).toHaveAccessibleDescription(/This address cannot receive mail/),
    );
  });
});

describe("tickets", () => {
  test("are held by Continue, and one sold meanwhile is explained", async () => {
    fake.begin();
    fake.refuseNext("PUT", /tickets$/, {
      status: 409,
      slug: "ticket-sold-out",
      detail: "Full retreat has 0 places left.",
    });
    const { user } = renderApp(`${AT}/tickets`);
    await user.click(await screen.findByRole("button", { name: "One more Full retreat" }));
    await user.click(await next());
    expect(await screen.findByText("These places have just been taken")).toBeInTheDocument();
    await user.click(await next());
    expect(await screen.findByRole("heading", { name: "Who is coming" })).toBeInTheDocument();
    const [, held] = fake.callsTo("PUT", /tickets$/);
    expect(held?.body).toEqual({ complete: true, tickets: [{ ticket: IDS.full, quantity: 1 }] });
  });

  test("chosen but not continued are forgotten, and people follow the seats", async () => {
    beginAtReview();
    const { user } = renderApp(`${AT}/tickets`);
    await user.click(await screen.findByRole("button", { name: "One more Full retreat" }));
    await user.click(screen.getByRole("link", { name: /^Review/ }));
    expect(await screen.findByText("1 × Full retreat")).toBeInTheDocument();

    await user.click(screen.getByRole("link", { name: "Edit Tickets" }));
    await user.click(await screen.findByRole("button", { name: "One more Full retreat" }));
    await user.click(await next());
    await screen.findByRole("heading", { name: "Who is coming" });
    expect(screen.getAllByLabelText(/^Full name/)).toHaveLength(2);
    expect(screen.queryByRole("link", { name: /^Review/ })).not.toBeInTheDocument();
  });
});

describe("submit", () => {
  test("shows the confirmation with number and code", async () => {
    beginAtReview();
    const { user } = renderApp(`${AT}/review`);
    expect(await screen.findByText("••••2346")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Submit registration" }));
    expect(await screen.findByRole("heading", { name: "You are registered" })).toBeInTheDocument();
    expect(screen.getByLabelText("Confirmation number")).toHaveTextContent("GYL-7K3M-29");
    expect(await screen.findByRole("img", { name: "QR code for check-in" })).toBeInTheDocument();
  });

  test("keeps its key through a lost answer and a reload", async () => {
    beginAtReview();
    fake.refuseNext("POST", /submit$/, "offline");
    const first = renderApp(`${AT}/review`);
    await first.user.click(await screen.findByRole("button", { name: "Submit registration" }));
    expect(await screen.findByText(/can be sent as soon as the connection/)).toBeInTheDocument();
    first.unmount();

    fake.refuseNext("POST", /submit$/, {
      status: 503,
      slug: "unavailable",
      headers: { "Retry-After": "7" },
    });
    const second = renderApp(`${AT}/review`);
    await second.user.click(await screen.findByRole("button", { name: "Submit registration" }));
    expect(await screen.findByText(/try again in 7 seconds/)).toBeInTheDocument();
    await second.user.click(screen.getByRole("button", { name: "Submit registration" }));
    await screen.findByRole("heading", { name: "You are registered" });

    const keys = fake.callsTo("POST", /submit$/).map((call) => call.headers.get("Idempotency-Key"));
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("waits for unfinished steps", async () => {
    fake.begin();
    const { user } = renderApp(`${AT}/review`);
    await user.click(await screen.findByRole("button", { name: "Submit registration" }));
    expect(screen.getByRole("link", { name: "Finish “About you”" })).toBeInTheDocument();
    expect(fake.callsTo("POST", /submit$/)).toHaveLength(0);
  });

  test("can be cancelled after a question", async () => {
    fake.begin({ state: "confirmed", confirmation_number: "GYL-1" });
    const { user } = renderApp(AT);
    await user.click(await screen.findByRole("button", { name: "Cancel registration" }));
    const dialog = await screen.findByRole("alertdialog", { name: "Cancel this registration?" });
    await user.click(within(dialog).getByRole("button", { name: "Yes, cancel it" }));
    expect(
      await screen.findByRole("heading", { name: "This registration is cancelled" }),
    ).toBeInTheDocument();
  });
});

describe("a guest", () => {
  test("keeps the draft's token and sends it along", async () => {
    const { user } = renderApp("/events/global-youth-leadership-retreat-2027");
    await user.click(await screen.findByRole("button", { name: "Register" }));
    await screen.findByRole("heading", { name: "About you", level: 1 });
    const [call] = fake.callsTo("GET", /registrations\/[^/]+$/);
    expect(call?.headers.get("Registration-Token")).toBe("guest-token");
  });

  test("continues on another device by link", async () => {
    fake.begin();
    fake.changeElsewhere("about_you", { full_name: "Asha" });
    window.location.hash = "#good-token";
    renderApp("/resume");
    expect(await screen.findByLabelText(/^Full name/)).toHaveValue("Asha");
    const [call] = fake.callsTo("GET", /flow$/);
    expect(call?.headers.get("Registration-Token")).toBe("guest-token-2");
  });

  test("is told when the link was used already", async () => {
    window.location.hash = "#used-token";
    renderApp("/resume");
    expect(await screen.findByText("This link no longer works")).toBeInTheDocument();
  });

  test("can make such a link", async () => {
    fake.begin();
    const { user } = renderApp(AT);
    await user.click(await screen.findByRole("button", { name: "Finish on another device" }));
    await user.click(await screen.findByRole("button", { name: "Create link" }));
    expect(await screen.findByLabelText("Your link")).toHaveValue(
      "http://localhost:3000/resume#good-token",
    );
  });
});

describe("a signed-in person", () => {
  test("can keep a guest's registration in the account", async () => {
    fake.staff();
    localStorage.setItem("prs.signed-in", "1");
    sessionStorage.setItem(`prs.draft.${IDS.registration}`, "guest-token");
    fake.begin({ state: "confirmed", confirmation_number: "GYL-1" });
    const { user } = renderApp(AT);
    await user.click(await screen.findByRole("button", { name: "Keep it in my account" }));
    expect(await screen.findByText("It is now among your registrations.")).toBeInTheDocument();
    expect(fake.callsTo("POST", /claim$/)[0]?.headers.get("Registration-Token")).toBe(
      "guest-token",
    );
    expect(sessionStorage).toHaveLength(0);
  });
});
