"""What privacy contributes to the database function that completes registrations: the consents that were given."""

# A part of its one INSERT; ``member.consents`` lists them.
AGREED = """
  agreed AS (
    INSERT INTO consent (uid, organization_id, registration_id, purpose, text_version, locale, given_at, source)
    SELECT c.uid, m.organization, m.id, c.purpose, c.version, m.locale, m.moment, c.source
    FROM member m, jsonb_to_recordset(m.consents) AS c (uid uuid, purpose text, version text, source text)
  )"""
