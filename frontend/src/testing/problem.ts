import { HttpResponse } from "msw";

export type Refusal = {
  status: number;
  slug: string;
  detail?: string;
  errors?: unknown[];
  headers?: Record<string, string>;
  extra?: Record<string, unknown>;
};

/** A problem document as the API answers it. */
export function problem({
  status,
  slug,
  detail = "",
  errors = [],
  headers = {},
  extra = {},
}: Refusal): Response {
  return HttpResponse.json(
    {
      type: `/problems/${slug}`,
      title: slug,
      status,
      detail,
      request_id: "req-1",
      errors,
      ...extra,
    },
    { status, headers: { "Content-Type": "application/problem+json", ...headers } },
  );
}

export function noContent(): Response {
  return new HttpResponse(null, { status: 204 });
}
