import type { components } from "@/generated/schema";
import type {
  Category,
  EventDetail,
  EventImage,
  Flow,
  Registration,
  StaffRegistration,
  Ticket,
} from "@/lib/api/types";
import aboutYou from "./fixtures/about_you.json" with { type: "json" };
import health from "./fixtures/health.json" with { type: "json" };

type Schemas = components["schemas"];

export const IDS = {
  event: "5b6f2c1e-0001-4c1e-9b3a-000000000001",
  registration: "7d1f0a44-0001-4c1e-9b3a-000000000001",
  organization: "0c0f0a44-0001-4c1e-9b3a-000000000001",
  aboutYou: "9a000000-0001-4c1e-9b3a-000000000001",
  health: "9a000000-0002-4c1e-9b3a-000000000002",
  full: "aa000000-0001-4c1e-9b3a-000000000001",
  day: "aa000000-0002-4c1e-9b3a-000000000002",
} as const;

export const categories: Category[] = [
  { slug: "leadership", title: { en: "Leadership", hi: "नेतृत्व" } },
  { slug: "health", title: { en: "Health", hi: "स्वास्थ्य" } },
  { slug: "arts", title: { en: "Arts", hi: "कला" } },
];

function ticket(part: Partial<Ticket> & Pick<Ticket, "uid" | "name">): Ticket {
  return {
    description: {},
    capacity: 120,
    available: 42,
    sales_start: null,
    sales_end: null,
    max_per_order: 4,
    price_minor: 0,
    currency: "INR",
    on_sale: true,
    revision: 1,
    ...part,
  };
}

export const tickets: Ticket[] = [
  ticket({
    uid: IDS.full,
    name: { en: "Full retreat", hi: "पूरा शिविर" },
    description: { en: "All five days, with room and meals.", hi: "पाँचों दिन, कमरे और भोजन के साथ।" },
  }),
  ticket({
    uid: IDS.day,
    name: { en: "Day visitor", hi: "एक दिन" },
    description: { en: "The open day on Saturday." },
    capacity: 30,
    available: 3,
    max_per_order: 2,
  }),
  ticket({
    uid: "aa000000-0003-4c1e-9b3a-000000000003",
    name: { en: "Early bird" },
    description: { en: "Was cheaper in spirit." },
    capacity: 20,
    available: 0,
  }),
];

const TITLES: [string, string, string, string][] = [
  [
    "global-youth-leadership-retreat-2027",
    "Global Youth Leadership Retreat 2027",
    "leadership",
    "Pune, India",
  ],
  ["monsoon-school-of-public-health", "Monsoon School of Public Health", "health", "Kochi, India"],
  ["voices-choir-week", "Voices: a Choir Week for Beginners", "arts", "Mysuru, India"],
  ["mountain-rescue-first-aid", "First Aid in the Mountains", "health", "Manali, India"],
  ["young-mayors-forum", "Young Mayors’ Forum", "leadership", "Nairobi, Kenya"],
  ["clay-and-kiln", "Clay and Kiln", "arts", "Auroville, India"],
];

const picture: EventImage = {
  url: "/files/5f0c1d1e-8a55-4f0e-9f5c-6d2b7f1a0c3e/960.jpg",
  width: 960,
  height: 640,
  files: ["webp", "jpg"].flatMap((kind) =>
    [480, 960].map((width) => ({
      url: `/files/5f0c1d1e-8a55-4f0e-9f5c-6d2b7f1a0c3e/${width}.${kind}`,
      type: kind === "webp" ? "image/webp" : "image/jpeg",
      width,
    })),
  ),
};

export const events = TITLES.map(
  ([slug, title, category, place], index): EventDetail => ({
    test_mode: false,
    uid: index === 0 ? IDS.event : `5b6f2c1e-000${index + 1}-4c1e-9b3a-000000000001`,
    slug,
    title: index === 0 ? { en: title, hi: "वैश्विक युवा नेतृत्व शिविर 2027" } : { en: title },
    summary: {
      en:
        index === 0
          ? "Five days in the hills near Pune with young people from thirty countries: workshops, service and quiet."
          : "A week of practice, good teachers and good company, open to everybody who is curious.",
    },
    description: {
      en: "Mornings belong to workshops in small groups, afternoons to a project with a village nearby.\n\nYou share a room with two others, eat together, and end each day in silence. No experience is needed: bring curiosity and good shoes.",
    },
    category: categories.find((one) => one.slug === category) ?? null,
    organization: { uid: IDS.organization, name: "Sahaya Foundation" },
    starts_at: `2027-0${(index % 6) + 2}-12T03:30:00Z`,
    ends_at: `2027-0${(index % 6) + 2}-16T11:30:00Z`,
    timezone: index === 4 ? "Africa/Nairobi" : "Asia/Kolkata",
    place,
    state: "published",
    revision: 1,
    registration_open: index !== 3,
    image: index === 1 ? picture : null,
    tickets,
    registration_opens_at: null,
    registration_closes_at: "2027-01-31T18:29:00Z",
  }),
);

const none = { form_version: null, condition: null, condition_source: null };

export const flow: Flow = {
  event: {
    uid: IDS.event,
    slug: TITLES[0]?.[0] ?? "",
    title: events[0]?.title ?? {},
    timezone: "Asia/Kolkata",
    state: "published",
  },
  flow: {
    uid: "f1000000-0001-4c1e-9b3a-000000000001",
    version: 1,
    steps: [
      {
        ...none,
        name: "about_you",
        kind: "form",
        title: { en: "About you", hi: "आपके बारे में" },
        form_version: IDS.aboutYou,
      },
      {
        ...none,
        name: "health",
        kind: "form",
        title: { en: "Your health", hi: "आपका स्वास्थ्य" },
        form_version: IDS.health,
      },
      { ...none, name: "tickets", kind: "tickets", title: { en: "Tickets", hi: "टिकट" } },
      {
        ...none,
        name: "people",
        kind: "attendees",
        title: { en: "Who is coming", hi: "कौन आ रहा है" },
      },
      { ...none, name: "review", kind: "review", title: { en: "Review", hi: "जाँच" } },
      { ...none, name: "done", kind: "confirmation", title: { en: "Confirmation", hi: "पुष्टि" } },
    ],
  },
  forms: {
    [IDS.aboutYou]: { uid: IDS.aboutYou, version: 1, ...aboutYou },
    [IDS.health]: { uid: IDS.health, version: 1, ...health },
  },
};

export function newRegistration(uid: string = IDS.registration): Registration {
  const event = events[0];
  if (!event) throw new Error("no event");
  const { slug, title, timezone, starts_at, ends_at, place } = event;
  return {
    uid,
    event: { uid: event.uid, slug, title, timezone, starts_at, ends_at, place },
    flow_version_uid: flow.flow.uid,
    flow_version: 1,
    state: "draft",
    revision: 1,
    locale: "en",
    clock: { now: "2026-11-20T06:00:00Z", timezone },
    steps: Object.fromEntries(
      flow.flow.steps.map(({ name }) => [name, { status: "open", answers: {}, problems: [] }]),
    ),
    tickets: [],
    attendees: [],
    confirmation_number: null,
    submitted_at: null,
    cancelled_at: null,
    expires_at: "2026-12-20T06:00:00Z",
  };
}

const NAMES = [
  "Asha Kulkarni",
  "Rahul Deshmukh",
  "Maria Fernández",
  "Chinedu Okafor",
  "Li Wei",
  "Fatima Noor",
  "Tom Becker",
];

export const staffRegistrations: StaffRegistration[] = NAMES.map((name, index) => ({
  uid: `7d1f0a44-1${index}00-4c1e-9b3a-000000000001`,
  confirmation_number: index === 4 ? null : `GYL-${7310 + index * 37}`,
  event: { uid: IDS.event, slug: events[0]?.slug ?? "", title: events[0]?.title ?? {} },
  name,
  is_test: false,
  email: `${name.split(" ")[0]?.toLowerCase()}@example.org`,
  state: index === 4 ? "draft" : index === 5 ? "cancelled" : "confirmed",
  attendees: (index % 3) + 1,
  submitted_at: index === 4 ? null : "2026-11-19T09:30:00Z",
  updated_at: "2026-11-19T09:32:00Z",
  sync: {
    state:
      index === 2 ? ("dead" as const) : index === 6 ? ("pending" as const) : ("synced" as const),
    revision: index === 6 ? null : 3,
    synced_at: index === 6 || index === 2 ? null : "2026-11-19T09:32:00Z",
    error: index === 2 ? "Fault 2: The e-mail address is refused by the back office." : null,
  },
}));

/** What the fake server's registrations can be filtered by. */
export function filtersOf(event: string | null): Schemas["RegistrationFilters"] {
  const choices = [
    { value: "vegan", label: { en: "Vegan" }, count: 3 },
    { value: "none", label: { en: "No wish" }, count: 4 },
  ];
  const field = (name: string, kind: string, label: string, more = choices.slice(0, 0)) => ({
    step: "about_you",
    name,
    label: { en: label },
    kind,
    choices: more,
  });
  return {
    total: 7,
    states: { confirmed: 5, cancelled: 1, draft: 1 },
    counted: true,
    tickets: event ? [{ uid: IDS.event, name: { en: "Seat" }, count: 7 }] : [],
    fields: event
      ? [
          field("meal", "choice", "Meal", choices),
          field("nights", "number", "Nights"),
          field("remarks", "text", "Remarks"),
        ]
      : [],
  };
}

export const HISTORY: Schemas["HistoryEntry"][] = [
  {
    at: "2026-11-19T09:32:00Z",
    kind: "changed",
    actor: "Meera",
    revision: 3,
    step: "about_you",
    pointer: "/nights",
    sensitive: false,
    before: 2,
    after: 3,
  },
  {
    at: "2026-11-19T09:31:00Z",
    kind: "changed",
    actor: "Meera",
    revision: 2,
    step: "about_you",
    pointer: "/passport",
    sensitive: true,
    before: null,
    after: null,
  },
  {
    at: "2026-11-19T09:00:00Z",
    kind: "begun",
    actor: "",
    revision: null,
    step: null,
    pointer: null,
    sensitive: false,
    before: null,
    after: null,
  },
];
