import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { events } from "@/testing/data";
import { renderApp } from "@/testing/render";

describe("the reader's language", () => {
  beforeEach(() => {
    document.documentElement.dir = "ltr";
  });

  it("turns the whole page for Arabic, and back", async () => {
    const { user } = renderApp("/");
    const menu = await screen.findByRole("combobox", { name: "Language" });
    await user.selectOptions(menu, "ar");
    await screen.findByRole("combobox", { name: "اللغة" });
    expect(document.documentElement).toHaveAttribute("dir", "rtl");
    expect(document.documentElement).toHaveAttribute("lang", "ar");
    await user.selectOptions(menu, "hi");
    await screen.findByRole("combobox", { name: "भाषा" });
    expect(document.documentElement).toHaveAttribute("dir", "ltr");
  });

  it("shows the languages of the program first", async () => {
    renderApp(`/events/${events[0]?.slug}`);
    await screen.findByRole("heading", { level: 1 });
    const menu = screen.getByRole("combobox", { name: "Language" });
    await waitFor(() =>
      expect(within(menu).getByRole("group", { name: "Languages of this program" })).toBeVisible(),
    );
    const [own, others] = within(menu).getAllByRole("group");
    expect(
      within(own as HTMLElement)
        .getAllByRole("option")
        .map((one) => one.textContent),
    ).toEqual(["English", "हिन्दी"]);
    expect(others).toHaveTextContent("العربية");
  });
});
