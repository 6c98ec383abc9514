const plural = (count: number, one: string, other: string) => (count === 1 ? one : other);

export const en = {
  organization: "Organisation",
  title: "Import a form",
  lead: "Bring an XLSForm workbook (.xlsx, .xls or .csv). Every problem is listed by sheet, row and column beside a preview of the form, and nothing is kept until you say so.",
  choose: "Choose a workbook",
  check: "Check the workbook",
  checking: "Checking…",
  report: "What was found",
  refusedTitle: "The workbook cannot be used yet",
  refusedDetail: "Mend the rows below and check it again.",
  skip: "Leave out what is not supported",
  skipHint:
    "Each row or cell that is left out is listed as a warning. Look at the preview before you publish.",
  cleanTitle: "The workbook is fine",
  usableTitle: "The workbook can be used",
  cleanDetail: (title: string) => `“${title}” can be published, or kept as a draft.`,
  publish: "Publish this version",
  publishing: "Publishing…",
  keepDraft: "Keep as a draft",
  kept: "Kept as a draft",
  keptDetail: (title: string) => `“${title}” is among your forms.`,
  published: (version: number) => `Published as version ${version}. Programs can use it now.`,
  download: "Download as a workbook",
  takenTitle: (name: string) => `There is a form named “${name}” already`,
  takenDetail: (version: number) =>
    version > 0
      ? `Its published versions (the latest is ${version}) and the registrations made with them stay as they are.`
      : "It was never published; its draft would be replaced.",
  replaceAndPublish: "Publish as its next version",
  leaveIt: "Leave it as it is",
  problems: (count: number) => `${count} ${plural(count, "problem", "problems")} found`,
  columns: { sheet: "Sheet", row: "Row", column: "Column", message: "What is wrong" },
  error: "Error",
  warning: "Warning",
  preview: {
    title: "Preview",
    lead: "Try it: conditions and calculations are at work, and no answer is kept.",
    pages: "Pages of the form",
    isHidden: "not shown with these answers",
    checkPage: "Check this page",
    pageIsFine: "This page could be submitted.",
  },
};

export type Texts = typeof en;
