import type { ProblemDocument } from "./types";

export type ProblemError = ProblemDocument["errors"][number];

/** A refused request. `status` 0 means that no answer came back at all: offline, or the server is unreachable. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly slug: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: readonly ProblemError[] = [],
    readonly retryAfter: number | null = null,
    readonly requestId: string | null = null,
    /** The whole document, for the members that only some problems have. */
    readonly document: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${status} ${slug}: ${detail || title}`);
    this.name = "ApiProblem";
  }

  get isOffline(): boolean {
    return this.status === 0;
  }

  /** Worth trying again by itself: the server said "later", or nobody answered. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export function offlineProblem(): ApiProblem {
  return new ApiProblem(0, "offline", "Offline", "");
}

function secondsUntil(header: string | null): number | null {
  if (!header) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, (at - Date.now()) / 1000);
}

export function problemFrom(response: Response, body: unknown): ApiProblem {
  const retryAfter = secondsUntil(response.headers.get("Retry-After"));
  if (typeof body !== "object" || body === null) {
    return new ApiProblem(response.status, "unknown", response.statusText, "", [], retryAfter);
  }
  const document = body as Partial<ProblemDocument>;
  return new ApiProblem(
    response.status,
    (document.type ?? "").split("/").pop() || "unknown",
    document.title ?? response.statusText,
    document.detail ?? "",
    document.errors ?? [],
    retryAfter,
    document.request_id ?? null,
    document as Record<string, unknown>,
  );
}

export function asProblem(error: unknown): ApiProblem {
  return error instanceof ApiProblem ? error : offlineProblem();
}
