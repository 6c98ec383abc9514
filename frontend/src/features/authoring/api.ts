import { api, unwrap } from "@/lib/api/client";
import type { ImportReport } from "@/lib/api/types";

export function importForm(file: File, organization: string): Promise<ImportReport> {
  return unwrap(
    api.POST("/api/v1/forms/import", {
      body: { file: file as unknown as string, organization },
      bodySerializer: (body) => {
        const data = new FormData();
        for (const [key, value] of Object.entries(body)) data.append(key, value as string | Blob);
        return data;
      },
    }),
  );
}

export function publishForm(uid: string) {
  return unwrap(api.POST("/api/v1/forms/{uid}/publish", { params: { path: { uid } } }));
}
