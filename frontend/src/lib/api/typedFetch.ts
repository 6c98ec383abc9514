// openapi-fetch gives the types, and these lines what they do: its own code weighs four times as much, for middlewares and ways of
// writing parameters that this API does not have.
import type { Client } from "openapi-fetch";

type Values = Record<string, unknown>;

type Options = {
  params?: { path?: Values; query?: Values; header?: Values };
  headers?: HeadersInit;
  body?: unknown;
  bodySerializer?: (body: unknown) => BodyInit;
  parseAs?: "json" | "text" | "blob" | "arrayBuffer" | "stream";
} & Omit<RequestInit, "headers" | "body">;

function addressOf(base: string, path: string, { path: names = {}, query = {} }: Values): string {
  const filled = path.replace(/\{([^{}]+)\}/g, (_, name: string) =>
    encodeURIComponent(String((names as Values)[name])),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query as Values)) {
    if (value === undefined || value === null) continue;
    for (const one of [value].flat()) search.append(name, String(one));
  }
  const written = search.toString();
  return `${base}${filled}${written ? `?${written}` : ""}`;
}

function headersOf({ headers, params, body }: Options): Headers {
  const found = new Headers(
    body === undefined || body instanceof FormData ? {} : { "Content-Type": "application/json" },
  );
  const given = [...new Headers(headers).entries(), ...Object.entries(params?.header ?? {})];
  for (const [name, value] of given) {
    if (value !== undefined && value !== null) found.set(name, String(value));
  }
  return found;
}

async function read(response: Response, parseAs: Options["parseAs"]): Promise<unknown> {
  if (response.status === 204 || response.headers.get("Content-Length") === "0") return undefined;
  if (!response.ok || parseAs === undefined || parseAs === "json") {
    const text = await response.text();
    if (text === "") return undefined;
    try {
      return JSON.parse(text);
    } catch (error) {
      if (response.ok) throw error;
      return text;
    }
  }
  return parseAs === "stream" ? response.body : response[parseAs]();
}

type Send = (request: Request) => Promise<Response>;

/** A client of the API whose calls are checked against its description. */
export function typedClient<Paths extends object>(base: string, send: Send): Client<Paths> {
  const call =
    (method: string) =>
    async (path: string, options: Options = {}) => {
      const { params = {}, headers: _headers, body, bodySerializer, parseAs, ...init } = options;
      const written = bodySerializer ? bodySerializer(body) : body && JSON.stringify(body);
      const request = new Request(addressOf(base, path, params), {
        ...init,
        method,
        headers: headersOf({ ...options, body: body === undefined ? undefined : written }),
        body: written as BodyInit | undefined,
      });
      const response = await send(request);
      const content = await read(response, parseAs);
      return response.ok ? { data: content, response } : { error: content, response };
    };
  const verbs = ["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD"] as const;
  return Object.fromEntries(verbs.map((verb) => [verb, call(verb)])) as unknown as Client<Paths>;
}
