import { screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { expectAccessible } from "@/testing/axe";
import { type Given, renderField } from "@/testing/field";

/** Every field type with an input, and an answer as it is stored. */
const TYPES: [Given, unknown][] = [
  [{ type: "text" }, "Asha"],
  [{ type: "multiline" }, "one\ntwo"],
  [{ type: "integer" }, 3],
  [{ type: "decimal" }, 1.5],
  [{ type: "boolean" }, true],
  [{ type: "single_choice", choices: "fruits" }, "pears"],
  [{ type: "single_choice", choices: "fruits", appearance: "minimal" }, "pears"],
  [{ type: "multiple_choice", choices: "fruits" }, ["pears"]],
  [{ type: "date" }, "2027-01-31"],
  [{ type: "time" }, "09:30:00"],
  [{ type: "datetime" }, "2027-01-31T04:00:00Z"],
  [{ type: "email" }, "asha@example.org"],
  [{ type: "phone" }, "+919876543210"],
  [{ type: "country" }, "IN"],
  [{ type: "identity_number", identity: "passport" }, "M1234567"],
  [{ type: "consent", consent_text_version: "1" }, true],
  [
    { type: "money", currencies: ["EUR"] },
    { amount: 1999, currency: "EUR" },
  ],
  [
    { type: "money", currencies: ["EUR", "JPY"] },
    { amount: 1999, currency: "JPY" },
  ],
  [{ type: "ranking", choices: "fruits" }, ["plums", "apples", "pears"]],
  [{ type: "rating" }, 4],
  [{ type: "rating", minimum: 0, maximum: 100 }, 40],
  [{ type: "likert", choices: "agree" }, "always"],
  [{ type: "matrix", rows: "talks", choices: "agree" }, { opening: "always" }],
  [{ type: "matrix", rows: "talks", choices: "agree", multiple: true }, { opening: ["always"] }],
  [{ type: "url" }, "https://example.org"],
  [{ type: "language" }, "hi"],
  [{ type: "currency" }, "EUR"],
  [{ type: "address" }, { line1: "12 MG Road", city: "Pune", country: "IN" }],
  [{ type: "person_name" }, { given: "Asha", family: "Rao" }],
  [{ type: "barcode" }, "4006381333931"],
  [{ type: "location" }, { latitude: 18.5, longitude: 73.8, accuracy: 12 }],
  [{ type: "acknowledge" }, true],
];

const nameOf = ({ type, appearance, currencies, maximum, multiple }: Given) =>
  [type, appearance, currencies?.join(" "), maximum, multiple && "multiple"]
    .filter(Boolean)
    .join(" ");

afterEach(() => vi.unstubAllGlobals());

describe.each(TYPES.map(([given, value]) => [nameOf(given), given, value] as const))(
  "a field of type %s",
  (_name, given, value) => {
    it("has no barrier while it is open, wrong, and answered", async () => {
      const open = await renderField(given);
      await expectAccessible(open.container);
      open.unmount();
      const wrong = await renderField(given, { error: "Please answer this.", required: true });
      await expectAccessible(wrong.container);
      expect(screen.getByText("Please answer this.")).toBeVisible();
      wrong.unmount();
      const answered = await renderField(given, { value });
      await expectAccessible(answered.container);
    });

    it("can be reached with the keyboard, and tells when it is left", async () => {
      const { user, seen } = await renderField(given);
      for (let press = 0; press < 12 && seen.left.length === 0; press++) await user.tab();
      expect(seen.left).toContain("/answer");
    });

    it("says its error where the control is", async () => {
      await renderField(given, { error: "Please answer this." });
      const described = document.querySelector('[aria-describedby*="-error"]');
      const ids = described?.getAttribute("aria-describedby")?.split(" ") ?? [];
      const words = ids.map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
      expect(words).toContain("Please answer this.");
    });
  },
);

describe("money", () => {
  it("is kept in minor units and said back", async () => {
    const { user, seen } = await renderField({ type: "money", currencies: ["EUR"] });
    await user.type(screen.getByRole("textbox", { name: "The question" }), "1.999,5");
    expect(seen.answers.answer).toEqual({ amount: 199950, currency: "EUR" });
    expect(screen.getByRole("status")).toHaveTextContent("€1,999.50");
  });

  it("keeps what is no amount, so that it can be pointed out", async () => {
    const { user, seen } = await renderField({ type: "money", currencies: ["EUR"] });
    await user.type(screen.getByRole("textbox"), "much");
    expect(seen.answers.answer).toEqual({ amount: "much", currency: "EUR" });
    expect(screen.getByRole("textbox")).toHaveValue("much");
    await user.clear(screen.getByRole("textbox"));
    expect(seen.answers.answer).toBeNull();
  });

  it("means the same digits in another currency's units", async () => {
    const { user, seen } = await renderField({ type: "money", currencies: ["EUR", "JPY"] });
    await user.type(screen.getByRole("textbox"), "1500");
    await user.selectOptions(screen.getByRole("combobox"), "JPY");
    expect(seen.answers.answer).toEqual({ amount: 1500, currency: "JPY" });
  });
});

describe("ranking", () => {
  it("is ordered with the arrows, which keep the focus and say where it went", async () => {
    const { user, seen } = await renderField({ type: "ranking", choices: "fruits" });
    const up = screen.getByRole("button", { name: "Move Plums up" });
    up.focus();
    await user.keyboard("{Enter}");
    expect(seen.answers.answer).toEqual(["apples", "plums", "pears"]);
    expect(screen.getByRole("button", { name: "Move Plums up" })).toHaveFocus();
    await user.keyboard("{Enter}{Enter}");
    expect(seen.answers.answer).toEqual(["plums", "apples", "pears"]);
    expect(screen.getByRole("button", { name: "Move Plums up" })).toHaveFocus();
    expect(screen.getByText("Plums is now at place 1 of 3")).toBeInTheDocument();
  });

  it("can be kept as it stands, and taken back", async () => {
    const { user, seen } = await renderField({ type: "ranking", choices: "fruits" });
    expect(seen.answers.answer).toBeUndefined();
    await user.click(screen.getByRole("button", { name: "Keep this order" }));
    expect(seen.answers.answer).toEqual(["apples", "pears", "plums"]);
    await user.click(screen.getByRole("button", { name: "Take the order back" }));
    expect(seen.answers.answer).toBeNull();
  });

  it("takes up a choice that has appeared since", async () => {
    const { seen } = await renderField(
      { type: "ranking", choices: "fruits" },
      { value: ["plums", "gone"] },
    );
    expect(seen.answers.answer).toEqual(["plums", "apples", "pears"]);
  });
});

describe("rating", () => {
  it("is a choice of stars, and can be cleared", async () => {
    const { user, seen } = await renderField({ type: "rating" });
    await user.click(screen.getByRole("radio", { name: "4 of 5" }));
    expect(seen.answers.answer).toBe(4);
    await user.click(screen.getByRole("button", { name: /Clear the answer/ }));
    expect(seen.answers.answer).toBeNull();
  });

  it("has exact marks where the step is a fraction", async () => {
    const { user, seen } = await renderField({ type: "rating", minimum: 0, maximum: 1, step: 0.1 });
    await user.click(screen.getByRole("radio", { name: "0.3" }));
    expect(seen.answers.answer).toBe(0.3);
  });

  it("is a slider over a wide range, unanswered until it is moved", async () => {
    const { user, seen } = await renderField({ type: "rating", minimum: 0, maximum: 100 });
    const slider = screen.getByRole("slider", { name: "The question" });
    expect(slider).toHaveAttribute("aria-valuetext", "Not answered");
    slider.focus();
    await user.keyboard(" ");
    expect(seen.answers.answer).toBe(50);
    expect(slider).toHaveAttribute("aria-valuetext", "50");
  });
});

describe("matrix", () => {
  it("has one answer in each row", async () => {
    const { user, seen } = await renderField({ type: "matrix", rows: "talks", choices: "agree" });
    const row = screen.getByRole("radiogroup", { name: "Workshop" });
    await user.click(within(row).getByRole("radio", { name: "Sometimes" }));
    await user.click(within(row).getByRole("radio", { name: "Always" }));
    expect(seen.answers.answer).toEqual({ workshop: "always" });
  });

  it("has several where the form says so, and none again", async () => {
    const { user, seen } = await renderField({
      type: "matrix",
      rows: "talks",
      choices: "agree",
      multiple: true,
    });
    const row = screen.getByRole("group", { name: "Opening" });
    await user.click(within(row).getByRole("checkbox", { name: "Never" }));
    await user.click(within(row).getByRole("checkbox", { name: "Always" }));
    expect(seen.answers.answer).toEqual({ opening: ["never", "always"] });
    await user.click(within(row).getByRole("checkbox", { name: "Never" }));
    await user.click(within(row).getByRole("checkbox", { name: "Always" }));
    expect(seen.answers.answer).toBeNull();
  });
});

describe("address", () => {
  it("asks for what the country has, in its words", async () => {
    const { user, seen } = await renderField({ type: "address" });
    await user.selectOptions(screen.getByRole("combobox", { name: "Country" }), "IN");
    await user.type(screen.getByRole("textbox", { name: "PIN code" }), "411001");
    await user.type(screen.getByRole("textbox", { name: "State" }), "Maharashtra");
    await user.selectOptions(screen.getByRole("combobox", { name: "Country" }), "DE");
    const boxes = screen.getAllByRole("textbox").map((box) => box.id);
    expect(boxes.indexOf("answer-answer-postal_code")).toBeLessThan(
      boxes.indexOf("answer-answer-city"),
    );
    // What was answered stays in sight, whatever the country's custom.
    expect(screen.getByRole("textbox", { name: "Region" })).toHaveValue("Maharashtra");
    expect(seen.answers.answer).toEqual({
      country: "DE",
      postal_code: "411001",
      region: "Maharashtra",
    });
  });

  it("asks for no code where there are none", async () => {
    await renderField({ type: "address" }, { value: { country: "AE" } });
    expect(screen.queryByRole("textbox", { name: /code/i })).toBeNull();
    expect(screen.getByRole("textbox", { name: "Emirate" })).toBeVisible();
  });
});

describe("location", () => {
  const position = { latitude: 18.52043, longitude: 73.85674, altitude: null, accuracy: 12.34 };

  function device(answer: (got: PositionCallback, failed: PositionErrorCallback) => void) {
    vi.stubGlobal("navigator", { ...navigator, geolocation: { getCurrentPosition: answer } });
  }

  it("is filled in by the device", async () => {
    device((got) => got({ coords: position } as GeolocationPosition));
    const { user, seen } = await renderField({ type: "location" });
    await user.click(screen.getByRole("button", { name: "Use my location" }));
    expect(seen.answers.answer).toEqual({
      latitude: 18.52043,
      longitude: 73.85674,
      accuracy: 12.3,
    });
    expect(screen.getByRole("status")).toHaveTextContent("Your location is filled in.");
    await user.type(screen.getByRole("textbox", { name: "Latitude" }), "1");
    expect(seen.answers.answer).toEqual({ latitude: 18.520431, longitude: 73.85674 });
  });

  it("says so when the device does not tell, and takes it by hand", async () => {
    device((_got, failed) => failed({ code: 1, PERMISSION_DENIED: 1 } as GeolocationPositionError));
    const { user, seen } = await renderField({ type: "location" });
    await user.click(screen.getByRole("button", { name: "Use my location" }));
    expect(screen.getByRole("status")).toHaveTextContent("did not share your location");
    await user.type(screen.getByRole("textbox", { name: "Latitude" }), "-٣٣٫٩");
    await user.type(screen.getByRole("textbox", { name: "Longitude" }), "18.4");
    expect(seen.answers.answer).toEqual({ latitude: -33.9, longitude: 18.4 });
  });
});

describe("what else is typed", () => {
  it("completes a bare web address", async () => {
    const { user, seen } = await renderField({ type: "url" });
    await user.type(screen.getByRole("textbox"), "example.org/me");
    await user.tab();
    expect(seen.answers.answer).toBe("https://example.org/me");
  });

  it("reads digits of other scripts", async () => {
    const { user, seen } = await renderField({ type: "integer" });
    await user.type(screen.getByRole("textbox"), "१२");
    expect(seen.answers.answer).toBe(12);
    expect(screen.getByRole("textbox")).toHaveValue("१२");
  });

  it("shows pictures, sound and guidance beside a question", async () => {
    const { container } = await renderField({
      type: "text",
      media: { image: { en: "/files/map.png" }, audio: { en: "javascript:alert(1)" } },
      guidance: { en: "As in your passport." },
    });
    expect(screen.getByRole("img", { name: "The question" })).toHaveAttribute(
      "src",
      "/files/map.png",
    );
    expect(container.querySelector("audio")).toBeNull();
    expect(screen.getByText("More about this")).toBeVisible();
    await expectAccessible(container);
  });

  it("shows nothing of a hidden field", async () => {
    const { container } = await renderField({ type: "hidden" }, { value: "mail" });
    expect(container.querySelector("main")?.textContent).toBe("Form");
  });
});
