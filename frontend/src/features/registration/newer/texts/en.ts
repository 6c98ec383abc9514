export const en = {
  noticeTitle: "The form was updated",
  notice:
    "You can go on with the form you began, or switch to the new one. You see first what changes.",
  look: "See what changes",
  title: "What changes with the new form",
  lead: "Your answers stay where they still fit. What no longer fits is kept aside for you to see.",
  changes: "Changes",
  aside: "Answers that have no place in the new form",
  attention: "To look at again after switching",
  kept: (count: number) =>
    count === 1 ? "One earlier answer is kept aside" : `${count} earlier answers are kept aside`,
  keptLead: "The new form has no place for these. They are not sent with your registration.",
  stay: "Continue with mine",
  switch: "Switch to the new form",
  switching: "Switching…",
  kinds: {
    "step-added": (label: string) => `New step: ${label}`,
    "step-removed": (label: string) => `Step that is gone: ${label}`,
    added: (label: string) => `New question: ${label}`,
    removed: (label: string) => `Question that is gone: ${label}`,
    changed: (label: string) => `Changed: ${label}`,
  } as Record<string, (label: string) => string>,
};

export type Texts = typeof en;
