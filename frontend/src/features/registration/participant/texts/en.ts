export const en = {
  ticket: "Download ticket (PDF)",
  calendar: "Add to calendar",
  resend: "Send the confirmation again",
  resent: "It is on its way. We send it at most every ten minutes.",
  answers: "Your answers",
  change: "Change my registration",
  changeTitle: "Change your registration",
  changeLead: (until: string) =>
    `The organiser lets you change what you see here until ${until}. Nothing changes before you save.`,
  changesUntil: (until: string) => `You can change it until ${until}.`,
  cancelUntil: (until: string) => `You can cancel until ${until}.`,
  noCancel: "The time to cancel is over. Ask the organiser.",
  people: "Who comes",
  person: (number: number) => `Person ${number}`,
  name: "Name",
  email: "E-mail",
  nameMissing: "Give the person's name.",
  save: "Save the changes",
  saving: "Saving…",
  back: "Leave as it is",
  changed: "Your changes are saved. A mail with your new ticket is on its way.",
  nothing: "Nothing was changed.",
  stale: "Your registration was changed elsewhere meanwhile. Look at it again, then change it.",
  reload: "Show it as it is now",
  newStep: "Your change asks for more:",
};

export type Texts = typeof en;
