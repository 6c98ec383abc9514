import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { loadLanguages } from "@/lib/forms/languageCodes";
import { loadRe2 } from "@/lib/regex/lazyRe2";
import { forgetToken } from "@/lib/session/token";
import { fake } from "./fake";

export const server = setupServer(...fake.handlers);

// Lazy routes are transformed at their first import, which takes a moment on a busy machine.
configure({ asyncUtilTimeout: 8000 });

beforeAll(async () => {
  server.listen({ onUnhandledFrame: "error" });
  await Promise.all([loadRe2(), loadLanguages()]);
});

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  forgetToken();
  fake.reset();
  window.scrollTo = () => {};
  URL.createObjectURL = () => "blob:fake";
  URL.revokeObjectURL = () => {};
});

afterEach(() => {
  cleanup();
  server.resetHandlers();
});

afterAll(() => server.close());
