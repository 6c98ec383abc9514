"""What the outbox contributes to the database function that completes registrations."""

# A part of its one INSERT; ``member.told`` lists (destination, aggregate) of whom to tell what.
TOLD = """
  told AS (
    INSERT INTO outbox (destination, aggregate, aggregate_uid, revision, organization_id, state, attempts,
      available_at, created_at)
    SELECT t.pair ->> 0, t.pair ->> 1, m.uid, 2, m.organization, 'pending', 0, m.moment, m.moment
    FROM member m, jsonb_array_elements(m.told) AS t (pair)
  )"""
