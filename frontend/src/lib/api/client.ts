import type { paths } from "@/generated/schema";
import { currentToken, mayHaveSession, refreshToken } from "@/lib/session/token";
import { offlineProblem, problemFrom } from "./problem";
import { typedClient } from "./typedFetch";

async function send(request: Request): Promise<Response> {
  const token = currentToken();
  if (token && !request.headers.has("Authorization"))
    request.headers.set("Authorization", `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw offlineProblem();
  }
}

/** Sends with the bearer token when there is one; an expired token is refreshed once and the request repeated. */
async function authorizedFetch(request: Request): Promise<Response> {
  if (!currentToken() && mayHaveSession()) await refreshToken();
  const again = request.clone();
  const response = await send(request);
  if (response.status !== 401 || !mayHaveSession() || request.url.includes("/auth/"))
    return response;
  return (await refreshToken()) ? send(again) : response;
}

export const api = typedClient<paths>(window.location.origin, authorizedFetch);

type Answered<Data> = { data?: Data; error?: unknown; response: Response };

/** The body of a good answer; any other is thrown as an `ApiProblem`. */
export async function unwrap<Data>(answer: Promise<Answered<Data>>): Promise<Data> {
  const { data, error, response } = await answer;
  if (!response.ok) throw problemFrom(response, error);
  return data as Data;
}

/** Sends bytes; the answer comes back as it is, whatever its status. Offline is thrown as an `ApiProblem`. */
export function sendBytes(
  path: string,
  body: Blob,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  const init = { method: "PATCH", body, headers, signal };
  return authorizedFetch(new Request(new URL(path, window.location.origin), init));
}

/** For the few answers that are not JSON (an image, a CSV file). */
export async function fetchRaw(
  path: string,
  headers: Record<string, string> = {},
  method: "GET" | "POST" = "GET",
): Promise<Response> {
  const response = await authorizedFetch(
    new Request(new URL(path, window.location.origin), { method, headers }),
  );
  if (!response.ok) throw problemFrom(response, await response.json().catch(() => null));
  return response;
}
