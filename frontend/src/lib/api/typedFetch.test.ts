import { expect, test } from "vitest";
import { typedClient } from "./typedFetch";

type AnyCall = (path: string, options?: object) => Promise<{ data?: unknown; error?: unknown }>;

function recorded(answer = new Response("{}")) {
  const sent: Request[] = [];
  const client = typedClient<object>("http://localhost:3000", async (request) => {
    sent.push(request);
    return answer;
  }) as unknown as Record<"GET" | "POST", AnyCall>;
  return { client, sent };
}

test("writes parameters where they belong", async () => {
  const { client, sent } = recorded();
  await client.GET("/events/{event}/tickets", {
    params: { path: { event: "a b/c" }, query: { q: "é&", tag: ["x", "y"], cursor: undefined } },
    headers: { "Registration-Token": "t" },
  });
  expect(sent[0]?.url).toBe(
    "http://localhost:3000/events/a%20b%2Fc/tickets?q=%C3%A9%26&tag=x&tag=y",
  );
  expect(sent[0]?.headers.get("Registration-Token")).toBe("t");
  expect(sent[0]?.headers.has("Content-Type")).toBe(false);
});

test("sends JSON, and no header that has no value", async () => {
  const { client, sent } = recorded();
  const header = { "If-Match": '"3"', "Idempotency-Key": undefined };
  await client.POST("/x", { body: { a: [1] }, params: { header } });
  expect(sent[0]?.headers.get("Content-Type")).toBe("application/json");
  expect(sent[0]?.headers.get("If-Match")).toBe('"3"');
  expect(sent[0]?.headers.has("Idempotency-Key")).toBe(false);
  expect(await sent[0]?.text()).toBe('{"a":[1]}');
});

test("tells a good answer from a refusal, whatever its body", async () => {
  expect(await recorded(new Response(null, { status: 204 })).client.GET("/x")).toMatchObject({
    data: undefined,
  });
  const refused = recorded(new Response("gone", { status: 502 }));
  expect(await refused.client.GET("/x")).toMatchObject({ error: "gone" });
  const broken = recorded(new Response("<html>"));
  await expect(broken.client.GET("/x")).rejects.toThrow(SyntaxError);
});
