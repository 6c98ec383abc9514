export const en = {
  title: "How can we help?",
  lead: "Write to us. We answer by e-mail.",
  subject: "What is it about",
  subjectMissing: "Say in a few words what it is about.",
  message: "Your message",
  messageHint: "Do not write identity numbers or health details here: we can look them up safely.",
  messageMissing: "Write a message.",
  email: "E-mail",
  emailHint: "Where our answer goes.",
  emailMissing: "Enter your e-mail address.",
  answerTo: (email: string) => `Our answer goes to ${email}.`,
  about: (id: string) => `We attach the number of the request that failed: ${id}`,
  aboutLine: (id: string) => `Request: ${id}`,
  send: "Send",
  sending: "Sending…",
  sentTitle: "We have your message",
  sentLead: "We will answer by e-mail. Keep this number, if you write again:",
  again: "Write another message",
};

export type Texts = typeof en;
