import type { components } from "@/generated/schema";
import { api, unwrap } from "@/lib/api/client";
import { capability } from "../guestTokens";

type Schemas = components["schemas"];
export type MigrationPreview = Schemas["MigrationPreview"];
export type Aside = Schemas["AsideOut"];

/** What moving a draft to the form published now would change; and what was set aside before. */
export function previewMigration(uid: string): Promise<MigrationPreview> {
  return unwrap(
    api.GET("/api/v1/registrations/{registration}/migration", {
      params: { path: { registration: uid } },
      headers: capability(uid),
    }),
  );
}

export function migrate(
  uid: string,
  target: string,
  revision: number,
): Promise<Schemas["MigrationDone"]> {
  return unwrap(
    api.POST("/api/v1/registrations/{registration}/migration", {
      params: { path: { registration: uid }, header: { "If-Match": `"${revision}"` } },
      headers: capability(uid),
      body: { flow_version: target },
    }),
  );
}
