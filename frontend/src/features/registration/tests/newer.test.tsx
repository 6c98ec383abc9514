import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";
import { IDS } from "@/testing/data";
import { fake } from "@/testing/fake";
import { renderApp } from "@/testing/render";

const AT = `/register/${IDS.registration}`;

const PHONE = {
  step: "about_you",
  pointer: "/phone",
  label: { en: "Phone", hi: "फ़ोन" },
  answer: "+919876543210",
  reason: "removed",
  version: 1,
  at: null,
};

describe("a form that was updated while a draft is open", () => {
  beforeEach(() => {
    fake.begin();
    fake.changeElsewhere("about_you", { full_name: "Asha", email: "asha@example.org" });
    fake.migration.publish({
      changes: [
        { step: "about_you", field: "diet", kind: "added", label: { en: "Diet" }, parts: [] },
        { step: "about_you", field: "phone", kind: "removed", label: PHONE.label, parts: [] },
      ],
      aside: [PHONE],
      attention: [
        { pointer: "/steps/about_you/answers/diet", code: "required", message: "Answer it." },
      ],
    });
  });

  const look = async () => {
    const { user } = renderApp(AT);
    await user.click(await screen.findByRole("button", { name: "See what changes" }));
    return { user, dialog: screen.getByRole("alertdialog", { name: /What changes/ }) };
  };

  test("shows what changes, and staying changes nothing", async () => {
    const { user, dialog } = await look();
    expect(within(dialog).getByText("New question: Diet")).toBeInTheDocument();
    expect(within(dialog).getByText("Question that is gone: Phone")).toBeInTheDocument();
    expect(within(dialog).getByText("+919876543210")).toBeInTheDocument();
    await user.click(within(dialog).getByRole("button", { name: "Continue with mine" }));
    expect(screen.queryByRole("alertdialog")).not.toBeInTheDocument();
    expect(fake.registration?.flow_version).toBe(1);
    expect(screen.getByRole("textbox", { name: /^Full name/ })).toHaveValue("Asha");
  });

  test("switches, saves first what was typed, and goes on showing what is kept aside", async () => {
    const { user } = renderApp(AT);
    const name = await screen.findByRole("textbox", { name: /^Full name/ });
    await user.type(name, " Kulkarni");
    await user.click(await screen.findByRole("button", { name: "See what changes" }));
    await user.click(screen.getByRole("button", { name: "Switch to the new form" }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).not.toBeInTheDocument());
    expect(fake.registration?.flow_version).toBe(2);
    expect(fake.registration?.steps.about_you?.answers.full_name).toBe("Asha Kulkarni");
    expect(await screen.findByText("One earlier answer is kept aside")).toBeInTheDocument();
    await waitFor(() => expect(screen.queryByText("The form was updated")).not.toBeInTheDocument());
    expect(await screen.findByRole("textbox", { name: /^Full name/ })).toHaveValue("Asha Kulkarni");
  });

  test("says so where it was changed once more, and shows what changes now", async () => {
    const { user, dialog } = await look();
    fake.migration.publish({
      flow_version: "f1-3",
      newest: 3,
      changes: [
        { step: "about_you", field: "city", kind: "added", label: { en: "City" }, parts: [] },
      ],
    });
    await user.click(within(dialog).getByRole("button", { name: "Switch to the new form" }));
    expect(await within(dialog).findByText("New question: City")).toBeInTheDocument();
    expect(within(dialog).getByRole("alert")).toBeInTheDocument();
    expect(fake.registration?.flow_version).toBe(1);
  });
});
