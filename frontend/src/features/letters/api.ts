import type { components } from "@/generated/schema";
import { api, unwrap } from "@/lib/api/client";

type Schemas = components["schemas"];

export type Template = Schemas["TemplateOut"];
export type Words = Schemas["WordsIn"];
export type Preview = Schemas["MailPreviewOut"];
export type Mailing = Schemas["MailingOut"];
export type Rules = Schemas["RulesOut"];
export type Kind = "confirmation" | "changed" | "cancellation" | "resend" | "resume-link";

export const KINDS: readonly Kind[] = [
  "confirmation",
  "changed",
  "cancellation",
  "resend",
  "resume-link",
];

/** Whose text: an organization's, or that of one of its events where one is chosen. */
export type Place = { organization: string; event: string };

const MINE = "/api/v1/organizations/{organization}/mail-templates";
const THEIRS = "/api/v1/events/{event}/mail-templates";
const MAILINGS = "/api/v1/organizations/{organization}/mailings";
const RULES = "/api/v1/events/{event}/participant-rules";

export const templatesKey = (place: Place) => ["mail-templates", place.organization, place.event];
export const mailingsKey = (organization: string) => ["mailings", organization] as const;
export const rulesKey = (event: string) => ["participant-rules", event] as const;

export function listTemplates({ organization, event }: Place): Promise<Template[]> {
  return event
    ? unwrap(api.GET(THEIRS, { params: { path: { event } } }))
    : unwrap(api.GET(MINE, { params: { path: { organization } } }));
}

export function getTemplate(place: Place, kind: Kind, locale: string): Promise<Template> {
  const { organization, event } = place;
  return event
    ? unwrap(api.GET(`${THEIRS}/{kind}/{locale}`, { params: { path: { event, kind, locale } } }))
    : unwrap(
        api.GET(`${MINE}/{kind}/{locale}`, { params: { path: { organization, kind, locale } } }),
      );
}

export function saveTemplate(
  { organization, event }: Place,
  kind: Kind,
  locale: string,
  body: Words,
  version: number,
): Promise<Template> {
  const header = { "If-Match": `"${version}"` };
  return event
    ? unwrap(
        api.PUT(`${THEIRS}/{kind}/{locale}`, {
          params: { path: { event, kind, locale }, header },
          body,
        }),
      )
    : unwrap(
        api.PUT(`${MINE}/{kind}/{locale}`, {
          params: { path: { organization, kind, locale }, header },
          body,
        }),
      );
}

export function resetTemplate({ organization, event }: Place, kind: Kind, locale: string) {
  return event
    ? unwrap(api.DELETE(`${THEIRS}/{kind}/{locale}`, { params: { path: { event, kind, locale } } }))
    : unwrap(
        api.DELETE(`${MINE}/{kind}/{locale}`, { params: { path: { organization, kind, locale } } }),
      );
}

export function previewTemplate(
  { organization, event }: Place,
  kind: Kind,
  locale: string,
  body: Words,
): Promise<Preview> {
  return event
    ? unwrap(
        api.POST(`${THEIRS}/{kind}/{locale}/preview`, {
          params: { path: { event, kind, locale } },
          body,
        }),
      )
    : unwrap(
        api.POST(`${MINE}/{kind}/{locale}/preview`, {
          params: { path: { organization, kind, locale } },
          body,
        }),
      );
}

export function tryTemplate(
  { organization, event }: Place,
  kind: Kind,
  locale: string,
  body: Words,
) {
  return event
    ? unwrap(
        api.POST(`${THEIRS}/{kind}/{locale}/trial`, {
          params: { path: { event, kind, locale } },
          body,
        }),
      )
    : unwrap(
        api.POST(`${MINE}/{kind}/{locale}/trial`, {
          params: { path: { organization, kind, locale } },
          body,
        }),
      );
}

export function listEvents(organization: string) {
  return unwrap(
    api.GET("/api/v1/organizations/{organization}/events", {
      params: { path: { organization }, query: { limit: 200 } },
    }),
  );
}

export function listMailings(organization: string): Promise<Mailing[]> {
  return unwrap(api.GET(MAILINGS, { params: { path: { organization } } }));
}

export function startMailing(organization: string, event: string): Promise<Mailing> {
  return unwrap(
    api.POST(MAILINGS, {
      params: { path: { organization } },
      body: event ? { event } : {},
    }),
  );
}

export function stopMailing(organization: string, mailing: string): Promise<Mailing> {
  return unwrap(
    api.POST(`${MAILINGS}/{mailing}/stop`, { params: { path: { organization, mailing } } }),
  );
}

export function getRules(event: string): Promise<Rules> {
  return unwrap(api.GET(RULES, { params: { path: { event } } }));
}

export function saveRules(event: string, rules: Rules): Promise<Rules> {
  const { revision, ...body } = rules;
  return unwrap(
    api.PUT(RULES, {
      params: { path: { event }, header: { "If-Match": `"${revision}"` } },
      body,
    }),
  );
}
