import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible } from "@/testing/axe";
import { fake } from "@/testing/fake";
import about from "@/testing/fixtures/about_you.json";
import { problem } from "@/testing/problem";
import { renderApp } from "@/testing/render";
import { server } from "@/testing/setup";

const FORM = {
  uid: "f0000000-0001-4c1e-9b3a-000000000001",
  name: "about_you",
  title: { en: "About you" },
  revision: 1,
  latest_version: 2,
  updated_at: "2026-10-02T09:12:00Z",
};

const UNSUPPORTED = {
  sheet: "survey",
  row: 7,
  column: "type",
  code: "unsupported",
  message: "'geotrace' is not supported: lines and areas on a map",
};

let taken = false;
let imports: URLSearchParams[] = [];

beforeEach(() => {
  fake.staff();
  localStorage.setItem("prs.signed-in", "1");
  taken = false;
  imports = [];
  server.use(
    http.post("*/api/v1/forms/import/preview", ({ request }) => {
      const skips = new URL(request.url).searchParams.get("skip_unsupported") === "true";
      const severity = skips ? "warning" : "error";
      return HttpResponse.json({
        problems: [{ ...UNSUPPORTED, severity }],
        form: skips ? about : null,
      });
    }),
    http.post("*/api/v1/forms/import", ({ request }) => {
      const query = new URL(request.url).searchParams;
      imports.push(query);
      if (taken && !query.has("replaces")) return problem({ status: 409, slug: "form-name-taken" });
      return HttpResponse.json({ form: FORM, problems: [] }, { status: 201 });
    }),
    http.get("*/api/v1/forms", () => HttpResponse.json([FORM])),
    http.post("*/api/v1/forms/:form/publish", () =>
      HttpResponse.json({ uid: FORM.uid, version: 3, version_uid: FORM.uid }, { status: 201 }),
    ),
  );
});

async function checked() {
  const { user } = renderApp("/staff/forms");
  const input = await screen.findByLabelText("Choose a workbook");
  await user.upload(input, new File(["x"], "about_you.xlsx"));
  await user.click(screen.getByRole("button", { name: "Check the workbook" }));
  await screen.findByText("The workbook cannot be used yet");
  return user;
}

async function skipped() {
  const user = await checked();
  await user.click(screen.getByRole("checkbox", { name: /Leave out what is not supported/ }));
  await screen.findByRole("heading", { name: "Preview" });
  return user;
}

test("names every problem, and shows no preview of a workbook that is refused", async () => {
  await checked();
  const row = screen.getByRole("row", { name: /geotrace/ });
  expect(within(row).getByText("7")).toBeInTheDocument();
  expect(within(row).getByText("Error")).toBeInTheDocument();
  expect(screen.queryByRole("heading", { name: "Preview" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Publish this version" })).toBeNull();
  await expectAccessible();
});

test("previews the form with its conditions at work, and publishes it as it was agreed", async () => {
  const user = await skipped();
  expect(within(screen.getByRole("row", { name: /geotrace/ })).getByText("Warning")).toBeVisible();
  const preview = await screen.findByRole("region", { name: "Preview" });
  const pages = await within(preview).findByRole("navigation", { name: "Pages of the form" });
  expect(within(pages).getByText(/not shown with these answers/)).toBeInTheDocument();

  await user.type(within(preview).getByLabelText(/^Date of birth/), "2020-03-04");
  expect(await within(pages).findByRole("button", { name: "Your guardian" })).toBeInTheDocument();
  await user.click(within(preview).getByRole("button", { name: "Check this page" }));
  await waitFor(() => expect(within(preview).getByLabelText(/^Full name/)).toBeInvalid());
  await user.click(within(pages).getByRole("button", { name: "Your guardian" }));
  expect(await within(preview).findByLabelText(/^Guardian's name/)).toBeInTheDocument();
  await expectAccessible();

  await user.click(screen.getByRole("button", { name: "Publish this version" }));
  expect(await screen.findByText(/Published as version 3/)).toBeInTheDocument();
  expect(imports.map((query) => query.get("skip_unsupported"))).toEqual(["true"]);
  expect(screen.getByRole("button", { name: "Download as a workbook" })).toBeInTheDocument();
});

test("a form of the same name is replaced only when that is said", async () => {
  taken = true;
  const user = await skipped();
  await user.click(screen.getByRole("button", { name: "Publish this version" }));
  expect(await screen.findByText("There is a form named “about_you” already")).toBeInTheDocument();
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Publish as its next version" }));
  expect(await screen.findByText(/Published as version 3/)).toBeInTheDocument();
  expect(imports.map((query) => query.get("replaces"))).toEqual([null, FORM.uid]);
});
