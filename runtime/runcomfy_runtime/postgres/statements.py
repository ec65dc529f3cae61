"""The statements of the journal in PostgreSQL. All leases are by the clock of the database."""

from __future__ import annotations

from ..retry_and_timeouts import LEASE

NOW = "extract(epoch FROM clock_timestamp())::double precision"
OPEN = "request_id = '' AND state = ''"
ALIVE = f"(lease_until + submit_timeout > {NOW})"
"""Whether the owner of an intent may still get its answer.

It begins no request for which less of its lease is left than the request may take, so the last
one has ended by the end of the lease. The timeout is added once more, for a process that was
stopped between its last look at the clock and the request.
"""
COLUMNS = (
    "reference, model_id, payload_sha256, meant_at, request_id, token, state, ended_at, "
    f"batch, base_url, owner, {ALIVE} AS alive, unsent"
)
INTENT = f"""
INSERT INTO runcomfy_job AS job (reference, model_id, payload_sha256, meant_at, batch, base_url,
  owner, place, lease_until, submit_timeout, attempt, unsent)
SELECT %s, %s, %s, %s, %s, %s, %s, %s, {NOW} + %s, %s, %s, %s
WHERE current_setting('synchronous_commit') <> 'off'
  AND (SELECT version FROM runcomfy_journal) <= %s
ON CONFLICT (reference) DO UPDATE SET
  state = '', ended_at = NULL, request_id = '', token = '', settled_at = NULL,
  meant_at = excluded.meant_at, base_url = excluded.base_url, owner = excluded.owner,
  place = excluded.place, lease_until = excluded.lease_until,
  submit_timeout = excluded.submit_timeout, attempt = excluded.attempt, unsent = excluded.unsent
WHERE job.state = ANY(%s)
  OR (job.attempt = excluded.attempt AND job.request_id = '' AND job.state = '')
RETURNING (SELECT paused_until - {NOW} FROM runcomfy_batch WHERE name = job.batch)
"""
"""A new intent, or one again that was not accepted or was cancelled.

``attempt`` is new for each call: if its commit is run again because the connection was lost,
the row is found as its own. A newer client may have changed the tables since this one began.
"""
ACCEPTED = """
INSERT INTO runcomfy_job AS job (reference, model_id, payload_sha256, meant_at, request_id, token,
  base_url)
SELECT %s, %s, '', %s, %s, %s, %s
ON CONFLICT (reference) DO UPDATE SET
  request_id = excluded.request_id, token = excluded.token, lease_until = 0, submit_timeout = 0,
  unsent = false,
  state = CASE WHEN job.state = %s THEN '' ELSE job.state END,
  ended_at = CASE WHEN job.state = %s THEN NULL ELSE job.ended_at END
WHERE job.request_id IN ('', excluded.request_id)
  AND NOT (job.request_id = '' AND job.state = '' AND job.attempt <> %s AND %s <> '')
"""
"""The id of an intent. That of an earlier attempt is not the id of one that is open now."""
ENDED = f"""
UPDATE runcomfy_job SET state = %s, ended_at = {NOW}, lease_until = 0, submit_timeout = 0
WHERE request_id = %s AND request_id <> '' AND state <> %s
"""
NOT_ACCEPTED_ATTEMPTS = f"""
UPDATE runcomfy_job SET state = %s, ended_at = {NOW}, lease_until = 0, submit_timeout = 0
WHERE attempt = ANY(%s) AND reference = ANY(%s) AND {OPEN}
"""
"""Intents whose requests were not sent or not accepted. Only the owner knows that.

By their attempts: if the connection broke, the server may run this even later, when there is
another intent of this name.
"""
SENDING = f"""
UPDATE runcomfy_job SET unsent = false WHERE reference = %s AND attempt = %s AND {OPEN}
"""
OUTCOME_UNKNOWN = f"""
UPDATE runcomfy_job SET lease_until = 0, submit_timeout = 0
WHERE reference = %s AND attempt = %s AND {OPEN}
"""
RENEW_INTENTS = f"""
UPDATE runcomfy_job SET lease_until = {NOW} + submit_timeout + %s
WHERE reference = ANY(%s) AND owner = %s AND {OPEN} AND lease_until > {NOW}
RETURNING reference, submit_timeout
"""
RENEW_RUNNERS = f"""
UPDATE runcomfy_runner SET lease_until = {NOW} + %s WHERE name = ANY(%s)
"""
UNSENT = f"""
UPDATE runcomfy_job SET state = %s, ended_at = {NOW}, lease_until = 0, submit_timeout = 0
WHERE reference = ANY(%s) AND unsent AND {OPEN} AND NOT {ALIVE}
"""
"""Intents recorded ahead by a process that died before it sent them."""
SETTLE = f"""
UPDATE runcomfy_job SET request_id = %s, token = %s, state = %s, attempt = %s,
  ended_at = CASE WHEN %s = '' THEN NULL ELSE {NOW} END, settled_at = {NOW}
WHERE reference = %s AND (({OPEN} AND NOT {ALIVE}) OR attempt = %s)
"""
OPEN_OWNERS_HERE = f"""
SELECT DISTINCT owner FROM runcomfy_job WHERE {OPEN} AND place = %s AND lease_until > 0
UNION SELECT owner FROM runcomfy_runner WHERE place = %s AND lease_until > {NOW}
"""
BURY_INTENTS = f"""
UPDATE runcomfy_job SET lease_until = 0, submit_timeout = 0
WHERE {OPEN} AND place = %s AND owner = ANY(%s)
"""
BURY_RUNNERS = f"""
UPDATE runcomfy_runner SET lease_until = {NOW} - 1 WHERE place = %s AND owner = ANY(%s)
"""

# The items of a batch that many processes share.

_NEXT = "nextval(pg_get_serial_sequence('runcomfy_job', 'number')::regclass)"
"""The next number of the journal: it says what came first, and no clock does that."""

BEGIN_BATCH = """
INSERT INTO runcomfy_batch (name, model_id, base_url) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING
"""
READ_BATCH = "SELECT model_id, base_url FROM runcomfy_batch WHERE name = %s"
BEGIN_RUNNER = f"""
INSERT INTO runcomfy_runner (name, batch, owner, place, began_number, lease_until)
VALUES (%s, %s, %s, %s, {_NEXT}, {NOW} + %s) ON CONFLICT DO NOTHING
"""
REGISTER = """
INSERT INTO runcomfy_item (reference, batch, position)
SELECT reference, %s, position FROM unnest(%s::text[], %s::bigint[]) AS given(reference, position)
ORDER BY reference ON CONFLICT DO NOTHING
"""
CLOSE = f"""
UPDATE runcomfy_item SET closed = %s, closed_number = {_NEXT}, runner = ''
WHERE reference = ANY(%s) AND runner = %s
"""
RELEASE = """
UPDATE runcomfy_item SET runner = '' WHERE batch = %s AND runner = %s AND runner <> ''
"""
END_RUNNER = f"UPDATE runcomfy_runner SET lease_until = {NOW} - 1 WHERE name = %s"
"""The row stays for a while: a claim whose connection broke may be committed even later, and is
found because its runner has ended."""
FORGET_RUNNERS = f"""
DELETE FROM runcomfy_runner AS r WHERE r.lease_until < {NOW} - 3600 AND NOT EXISTS (
  SELECT 1 FROM runcomfy_item AS item
  WHERE item.batch = r.batch AND item.runner = r.name AND item.runner <> '')
"""
DEAD = f"(r.lease_until < {NOW} OR r.lease_until > {NOW} + {2 * LEASE})"
"""Whether a runner's lease has ended. One that ends later than any lease can is from before the
clock was set back, for example by a failover."""
LOCK_BATCH = "SELECT 1 FROM runcomfy_batch WHERE name = %s FOR UPDATE"
IN_PROGRESS = f"""
SELECT count(*) FROM runcomfy_item AS item WHERE item.batch = %s AND item.runner <> ''
  AND EXISTS (SELECT 1 FROM runcomfy_runner AS r WHERE r.name = item.runner
              AND NOT {DEAD})
"""
_NOT_CLOSED = f"""(item.closed = ''
      OR (item.closed = 'retry' AND item.closed_number < (
        SELECT began_number FROM runcomfy_runner WHERE name = %s))
      OR (item.closed = 'unknown' AND NOT EXISTS (
        SELECT 1 FROM runcomfy_job AS job WHERE job.reference = item.reference AND {OPEN})))"""
"""Whether an item is to be claimed: it is new, or settled, or failed before this runner began."""
_CLAIM = f"""
WITH free AS (
  SELECT item.reference FROM runcomfy_item AS item
  WHERE item.reference = ANY(%s)
    AND {_NOT_CLOSED}
    AND (item.runner IN ('', %s) OR EXISTS (
      SELECT 1 FROM runcomfy_runner AS r WHERE r.name = item.runner AND {DEAD}))
    AND NOT EXISTS (
      SELECT 1 FROM runcomfy_job AS job WHERE job.reference = item.reference AND {OPEN}
      AND {ALIVE})
  ORDER BY item.position LIMIT {{limit}}
  FOR UPDATE OF item SKIP LOCKED
)
UPDATE runcomfy_item AS item SET runner = %s, closed = '' FROM free
WHERE item.reference = free.reference RETURNING item.reference
"""
"""Claims items that nobody has, or whose process is dead.

A condition of a row is looked at again once the row is locked, if another process has changed
it meanwhile. That is why runners are looked up in subqueries, and not joined.
"""
CLAIM = _CLAIM.format(limit="%s")
CLAIM_WITHIN = _CLAIM.format(limit=f"greatest(0, least(%s, %s - ({IN_PROGRESS})))")
"""The same, for a batch of which at most so many items are in progress."""
OTHERS = f"""
SELECT item.reference, NOT {_NOT_CLOSED}, item.runner,
  coalesce((SELECT r.lease_until FROM runcomfy_runner AS r
            WHERE r.name = item.runner AND NOT {DEAD}), 0),
  coalesce((SELECT job.lease_until + job.submit_timeout FROM runcomfy_job AS job
            WHERE job.reference = item.reference AND {OPEN}), 0), {NOW}
FROM runcomfy_item AS item WHERE item.reference = ANY(%s)
"""
"""The same items. The lease of a runner is 0 if it has ended."""
CLAIMED_JOBS = (
    f"SELECT {COLUMNS} FROM runcomfy_job AS job WHERE reference = ANY(%s) AND EXISTS "
    "(SELECT 1 FROM runcomfy_item AS item WHERE item.reference = job.reference "
    "AND item.runner = %s)"
)
PAUSE = f"""
UPDATE runcomfy_batch SET paused_until = greatest(paused_until, {NOW} + %s) WHERE name = %s
"""
READ_PAUSE = f"SELECT paused_until - {NOW} FROM runcomfy_batch WHERE name = %s"
COUNTS = f"""
SELECT CASE WHEN job.reference IS NULL THEN 'waiting' WHEN job.state <> '' THEN job.state
    WHEN job.request_id <> '' THEN 'pending' WHEN {ALIVE} THEN 'submitting'
    WHEN job.unsent THEN 'not accepted' ELSE 'unknown' END
  AS word, count(*)
FROM (SELECT reference FROM runcomfy_item WHERE batch = %s
      UNION SELECT reference FROM runcomfy_job WHERE batch = %s) AS every
LEFT JOIN runcomfy_job AS job USING (reference) GROUP BY word
"""
UNKNOWN_COUNT = f"""
SELECT count(*) FROM runcomfy_job WHERE batch = %s AND {OPEN} AND NOT {ALIVE} AND NOT unsent
"""
