import { api, fetchRaw, unwrap } from "@/lib/api/client";
import type { FormSummary, ImportReport, SheetPreview } from "@/lib/api/types";

function asForm(body: object): FormData {
  const data = new FormData();
  for (const [key, value] of Object.entries(body)) data.append(key, value as string | Blob);
  return data;
}

/** What a workbook would become; nothing of it is kept. */
export function previewSheet(file: File, skipUnsupported: boolean): Promise<SheetPreview> {
  return unwrap(
    api.POST("/api/v1/forms/import/preview", {
      params: { query: { skip_unsupported: skipUnsupported } },
      body: { file: file as unknown as string },
      bodySerializer: asForm,
    }),
  );
}

/** `replaces` is the form whose draft the workbook becomes. */
export function importForm(
  file: File,
  organization: string,
  skipUnsupported: boolean,
  replaces?: string,
): Promise<ImportReport> {
  const query = { organization, skip_unsupported: skipUnsupported, ...(replaces && { replaces }) };
  return unwrap(
    api.POST("/api/v1/forms/import", {
      params: { query },
      body: { file: file as unknown as string },
      bodySerializer: asForm,
    }),
  );
}

export function publishForm(form: string) {
  return unwrap(api.POST("/api/v1/forms/{form}/publish", { params: { path: { form } } }));
}

/** The form of this name; null where it is nobody's, or where two organizations have one. */
export async function formNamed(name: string): Promise<FormSummary | null> {
  const forms = await unwrap(api.GET("/api/v1/forms", {}));
  const found = forms.filter((form) => form.name === name);
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** A version as a workbook; version 0 is the draft. */
export async function exportForm(form: string, number: number): Promise<Blob> {
  const address = `/api/v1/forms/${form}/versions/${number}/export?format=xlsx`;
  return (await fetchRaw(address)).blob();
}
