import { api, unwrap } from "@/lib/api/client";
import { asProblem } from "@/lib/api/problem";
import type { ImportReport, SheetProblem } from "@/lib/api/types";

export function importForm(file: File, organization: string): Promise<ImportReport> {
  return unwrap(
    api.POST("/api/v1/forms/import", {
      params: { query: { organization } },
      body: { file: file as unknown as string },
      bodySerializer: (body) => {
        const data = new FormData();
        for (const [key, value] of Object.entries(body)) data.append(key, value as string | Blob);
        return data;
      },
    }),
  );
}

/** The problems of a workbook that was refused whole; null when the refusal is of another kind. */
export function sheetProblems(error: unknown): SheetProblem[] | null {
  const { problems } = asProblem(error).document;
  return Array.isArray(problems) ? (problems as SheetProblem[]) : null;
}

export function publishForm(form: string) {
  return unwrap(api.POST("/api/v1/forms/{form}/publish", { params: { path: { form } } }));
}
