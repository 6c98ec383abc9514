"""What the trail contributes to the database function that completes registrations: one event for each."""

# A part of its one INSERT; ``member`` has a row for each registration that is made.
RECORDED = """
  recorded AS (
    INSERT INTO audit_event (occurred_at, action, actor_kind, actor_uid, organization_id, subject_type, subject_uid,
      request_id, details)
    SELECT m.moment, 'registration.confirmed', m.actor_kind, m.actor, m.organization, 'registration', m.uid, m.request,
      '{}'
    FROM member m
  )"""
