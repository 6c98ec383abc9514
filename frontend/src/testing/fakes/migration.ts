import { HttpResponse, http } from "msw";
import type { components } from "@/generated/schema";
import type { Registration } from "@/lib/api/types";
import { flow } from "../data";
import { problem } from "../problem";

type Preview = components["schemas"]["MigrationPreview"];

const NOTHING: Preview = {
  current: 1,
  newest: 1,
  flow_version: flow.flow.uid,
  changes: [],
  aside: [],
  attention: [],
  kept_aside: [],
};

/** A form that was published anew while a draft was open. */
export class FakeMigration {
  preview: Preview = NOTHING;

  constructor(private readonly change: (part: Partial<Registration>) => Registration | null) {}

  reset(): void {
    this.preview = NOTHING;
  }

  /** Publish a newer form: its changes, and the answers that have no place there. */
  publish(part: Partial<Preview>): void {
    this.preview = { ...NOTHING, newest: 2, flow_version: "f1-2", ...part };
  }

  private migrate(target: string): Response {
    if (target !== this.preview.flow_version) return problem({ status: 409, slug: "flow-changed" });
    const kept_aside = this.preview.aside.map((one) => ({ ...one, at: "2026-11-20T10:00:00Z" }));
    this.preview = { ...NOTHING, current: 2, newest: 2, flow_version: target, kept_aside };
    const registration = this.change({ flow_version: 2, flow_version_uid: target });
    return HttpResponse.json({ registration, kept_aside });
  }

  readonly handlers = [
    http.get("*/api/v1/registrations/:uid/migration", () => HttpResponse.json(this.preview)),
    http.post("*/api/v1/registrations/:uid/migration", async ({ request }) =>
      this.migrate(((await request.json()) as { flow_version: string }).flow_version),
    ),
  ];
}
