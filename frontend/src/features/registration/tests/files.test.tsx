import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeQueryClient, Providers } from "@/app/App";
import { expectAccessible } from "@/testing/axe";
import { FakeUploads, UPLOAD } from "@/testing/fakes/uploads";
import { renderField } from "@/testing/field";
import { problem } from "@/testing/problem";
import { server } from "@/testing/setup";
import { OwnFile } from "../form/files/OwnFile";
import { stopAll } from "../form/files/useUpload";

const KIB = 1024;
let uploads: FakeUploads;

/** A file whose bytes differ from place to place. */
function fileOf(size: number, name = "letter.pdf", type = "application/pdf"): File {
  const bytes = Uint8Array.from({ length: size }, (_, at) => (at * 31) % 251);
  return new File([bytes], name, { type, lastModified: 1 });
}

async function bytesOf(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer());
}

async function choose(page: Awaited<ReturnType<typeof renderField>>, file: File) {
  const input = page.container.querySelector<HTMLInputElement>("input[type=file]");
  if (!input) throw new Error("no file dialog");
  await page.user.upload(input, file);
}

beforeEach(() => {
  uploads = new FakeUploads();
  server.use(...uploads.handlers);
});

afterEach(() => {
  stopAll();
  vi.unstubAllGlobals();
});

describe("a file", () => {
  it("is sent in chunks and becomes the answer", async () => {
    const page = await renderField({ type: "file" });
    await expectAccessible(page.container);
    const file = fileOf(700 * KIB);
    await choose(page, file);
    await waitFor(() =>
      expect(page.seen.answers.answer).toEqual({
        upload: UPLOAD,
        name: "letter.pdf",
        media_type: "application/pdf",
        size: 700 * KIB,
      }),
    );
    expect(uploads.bytes).toEqual(await bytesOf(file));
    expect(uploads.begun).toMatchObject({ step: "s", pointer: "/answer" });
    await expectAccessible(page.container);
    await page.user.click(screen.getByRole("button", { name: "Remove letter.pdf" }));
    expect(page.seen.answers.answer ?? null).toBeNull();
    expect(screen.getByRole("button", { name: "Choose a file" })).toBeVisible();
  });

  it("waits for the line and goes on where it stood", async () => {
    const page = await renderField({ type: "file" });
    const file = fileOf(600 * KIB);
    uploads.refusals = ["offline"];
    await choose(page, file);
    expect(await screen.findByText(/No connection/)).toBeVisible();
    await expectAccessible(page.container);
    window.dispatchEvent(new Event("online"));
    await waitFor(() => expect(page.seen.answers.answer).toBeTruthy());
    expect(uploads.begins).toBe(1);
    expect(uploads.bytes).toEqual(await bytesOf(file));
  });

  it("goes on after a reload when the same file is chosen again", async () => {
    const first = await renderField({ type: "file" });
    const file = fileOf(900 * KIB);
    uploads.stallsAt = 1;
    await choose(first, file);
    await screen.findByText(/No connection/);
    stopAll();
    first.unmount();
    uploads.stallsAt = Number.POSITIVE_INFINITY;
    const before = uploads.bytes.length;
    const second = await renderField({ type: "file" });
    expect(before).toBe(256 * KIB);
    expect(screen.getByText(/was sent to 28% and then broke off/)).toBeVisible();
    await expectAccessible(second.container);
    await choose(second, file);
    await waitFor(() => expect(second.seen.answers.answer).toBeTruthy());
    expect(uploads.begins).toBe(1);
    expect(uploads.bytes).toEqual(await bytesOf(file));
  });

  it("begins anew when another file is chosen after a reload", async () => {
    localStorage.setItem(
      "prs.uploads",
      JSON.stringify({
        "r s/answer": { uid: UPLOAD, name: "old.pdf", size: 10, modified: 1, offset: 5 },
      }),
    );
    const page = await renderField({ type: "file" });
    await choose(page, fileOf(10 * KIB));
    await waitFor(() => expect(page.seen.answers.answer).toBeTruthy());
    expect([uploads.begins, uploads.removed]).toEqual([1, 1]);
  });

  it("says in the reader's words why it is not taken, and takes another", async () => {
    const page = await renderField({ type: "file" });
    uploads.refusals = [
      {
        status: 422,
        slug: "file-refused",
        errors: [{ pointer: "", code: "macros", message: "no" }],
      },
    ];
    await choose(page, fileOf(KIB));
    expect(await screen.findByRole("alert")).toHaveTextContent(
      "Documents with macros are not taken. Save it without them.",
    );
    await expectAccessible(page.container);
    await choose(page, fileOf(2 * KIB));
    await waitFor(() => expect(page.seen.answers.answer).toBeTruthy());
  });

  it("of a kind that is not taken is refused before it is sent", async () => {
    const page = await renderField({ type: "file" });
    const input = page.container.querySelector("input[type=file]") as HTMLInputElement;
    input.removeAttribute("accept");
    await choose(page, fileOf(KIB, "thing.xyz", ""));
    expect(await screen.findByRole("alert")).toHaveTextContent("not taken here");
  });

  it("is paused, goes on, and is cancelled", async () => {
    const page = await renderField({ type: "file" });
    uploads.refusals = ["offline"];
    await choose(page, fileOf(KIB));
    await screen.findByText(/No connection/);
    await page.user.click(screen.getByRole("button", { name: "Pause" }));
    expect(await screen.findByText(/Paused/)).toBeVisible();
    await page.user.click(screen.getByRole("button", { name: "Go on" }));
    await waitFor(() => expect(page.seen.answers.answer).toBeTruthy());
    await page.user.click(screen.getByRole("button", { name: /Remove/ }));
    uploads.refusals = ["offline"];
    await choose(page, fileOf(2 * KIB));
    await screen.findByText(/No connection/);
    await page.user.click(screen.getByRole("button", { name: "Cancel: letter.pdf" }));
    expect(await screen.findByRole("button", { name: "Choose a file" })).toBeVisible();
    expect(uploads.removed).toBe(1);
    expect(localStorage.getItem("prs.uploads")).toBe("{}");
  });

  it("is not sent from the preview of a form", async () => {
    const page = await renderField({ type: "file" }, { registration: "" });
    await choose(page, fileOf(KIB));
    await waitFor(() => expect(page.seen.answers.answer).toMatchObject({ name: "letter.pdf" }));
    expect(uploads.begins).toBe(0);
  });

  it("that was given before is named and can be taken out", async () => {
    const value = { upload: UPLOAD, name: "photo.jpg", media_type: "image/jpeg", size: 12345 };
    const page = await renderField({ type: "image" }, { value });
    expect(screen.getByText(/photo\.jpg/)).toBeVisible();
    expect(await screen.findByRole("img", { name: "Preview of photo.jpg" })).toBeVisible();
    await expectAccessible(page.container);
  });
});

describe("a signature", () => {
  beforeEach(() => {
    const drawn = { measureText: () => ({ width: 100 }) };
    const context = new Proxy(drawn, {
      get: (known, name) => (known as Record<string | symbol, unknown>)[name] ?? (() => undefined),
      set: () => true,
    });
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(context as never);
    vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation((done) =>
      done(new Blob(["png"], { type: "image/png" })),
    );
  });
  afterEach(() => vi.restoreAllMocks());

  it("is typed by those who do not draw", async () => {
    const page = await renderField({ type: "signature" });
    await expectAccessible(page.container);
    await page.user.click(screen.getByRole("button", { name: "Use this signature" }));
    expect(screen.getByRole("alert")).toHaveTextContent("Draw or type something first.");
    await page.user.type(screen.getByRole("textbox", { name: "Or type your name" }), "Asha Rao");
    await page.user.click(screen.getByRole("button", { name: "Use this signature" }));
    await waitFor(() => expect(page.seen.answers.answer).toBeTruthy());
    expect(uploads.begun).toMatchObject({ name: "signature.png", media_type: "image/png" });
    await expectAccessible(page.container);
  });

  it("is drawn with a pointer", async () => {
    const page = await renderField({ type: "signature" });
    const canvas = screen.getByRole("img", { name: "Sign here" });
    await page.user.pointer([
      { target: canvas, keys: "[MouseLeft>]", coords: { x: 10, y: 10 } },
      { target: canvas, coords: { x: 60, y: 30 } },
      { keys: "[/MouseLeft]" },
    ]);
    await page.user.click(screen.getByRole("button", { name: "Use this signature" }));
    await waitFor(() => expect(page.seen.answers.answer).toBeTruthy());
  });
});

describe("a file among one's answers", () => {
  it("is fetched when somebody asks for it, and says where that fails", async () => {
    const file = { upload: UPLOAD, name: "letter.pdf", media_type: "application/pdf", size: 3 };
    const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
    const page = render(
      <Providers client={makeQueryClient()}>
        <main>
          <h1>Answers</h1>
          <OwnFile registration="r" file={file} />
        </main>
      </Providers>,
    );
    await expectAccessible(page.container);
    const user = userEvent.setup({ delay: null });
    await user.click(screen.getByRole("button", { name: "Download letter.pdf" }));
    await waitFor(() => expect(click).toHaveBeenCalledTimes(1));
    server.use(
      http.get(`*/api/v1/registrations/:uid/uploads/${UPLOAD}/content`, () =>
        problem({ status: 503, slug: "storage-unavailable" }),
      ),
    );
    await user.click(screen.getByRole("button", { name: "Download letter.pdf" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("cannot be stored now");
    click.mockRestore();
  });
});
