const plural = (count: number, one: string, other: string) => (count === 1 ? one : other);

export const en = {
  organization: "Organisation",
  title: "Import a form",
  lead: "Bring an XLSForm workbook (.xlsx, .xls or .csv). Every problem is listed by sheet, row and column, so that you can mend all at once.",
  choose: "Choose a workbook",
  check: "Check and import",
  checking: "Checking…",
  cleanTitle: "The workbook is fine",
  cleanDetail: (title: string) => `“${title}” was imported as a draft.`,
  publish: "Publish this version",
  publishing: "Publishing…",
  published: "Published. Programs can use it now.",
  problems: (count: number) => `${count} ${plural(count, "problem", "problems")} found`,
  columns: { sheet: "Sheet", row: "Row", column: "Column", message: "What is wrong" },
  error: "Error",
  warning: "Warning",
};

export type Texts = typeof en;
