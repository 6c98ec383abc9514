import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { forgetToken } from "@/lib/session/token";
import { fake } from "./fake";

export const server = setupServer(...fake.handlers);

beforeAll(() => server.listen({ onUnhandledFrame: "error" }));

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
