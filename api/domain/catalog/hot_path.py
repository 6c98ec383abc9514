"""What the catalogue contributes to the database function that completes registrations: the event and the counters."""

# Whether the event's row is still the one that the process has read: `xmin` names the transaction that wrote it, so
# that no change goes unnoticed, whoever made it.
CURRENT = """EXISTS (
          SELECT FROM event e WHERE e.id = m.event AND e.xmin::text = m.version AND e.deleted_at IS NULL
        )"""

# A glance at tickets and counters. ``changed``: a ticket's row is not the one that was read. ``gone``: no seat
# is left. ``crowded``: only the others of the same call may take the last ones. ``wanted`` has (n, ticket, version,
# quantity) and ``running``, the seats wanted up to n.
STANDING = """
      SELECT w.n,
        bool_or(w.version IS DISTINCT FROM c.version) AS changed,
        bool_or(c.capacity < c.taken + c.held + w.quantity) AS gone,
        bool_or(c.capacity < c.taken + c.held + w.running) AS crowded
      FROM wanted w LEFT JOIN LATERAL (
        SELECT k.capacity, k.taken, k.held, (SELECT t.xmin::text FROM event_ticket t WHERE t.id = w.ticket) AS version
        FROM event_ticket_counter k WHERE k.ticket_id = w.ticket
      ) c ON true
      GROUP BY w.n"""

# The contended rows: last, in the tickets' order, each changed once and only where the seats are there.
TAKE = """
  IF cardinality(tickets) > 1 THEN
    PERFORM FROM event_ticket_counter c WHERE c.ticket_id = ANY (tickets) ORDER BY c.ticket_id FOR UPDATE;
  END IF;
  UPDATE event_ticket_counter c SET taken = c.taken + w.seats
  FROM unnest(tickets, numbers) AS w (ticket, seats)
  WHERE c.ticket_id = w.ticket AND (c.capacity IS NULL OR c.taken + c.held + w.seats <= c.capacity);
  GET DIAGNOSTICS found = ROW_COUNT;
  IF found <> cardinality(tickets) THEN
    RAISE EXCEPTION 'seats are gone' USING ERRCODE = 'PRS01';
  END IF;"""
