"""The statements of the journal in SQLite."""

from __future__ import annotations

COLUMNS = (
    "reference, model_id, payload_sha256, meant_at, request_id, token, state, ended_at, "
    "batch, base_url, owner, lease_until"
)
INTENT = (
    "INSERT INTO job (reference, model_id, payload_sha256, meant_at, batch, base_url, owner, "
    "lease_until, unsent_boot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (reference) DO UPDATE SET "
    "state = '', ended_at = NULL, request_id = '', token = '', settled_at = NULL, "
    "meant_at = excluded.meant_at, base_url = excluded.base_url, owner = excluded.owner, "
    "lease_until = excluded.lease_until, unsent_boot = excluded.unsent_boot WHERE state IN (?, ?)"
)
ACCEPTED = (
    "INSERT INTO job (reference, model_id, payload_sha256, meant_at, request_id, token, "
    "base_url) VALUES (?, ?, '', ?, ?, ?, ?) ON CONFLICT (reference) DO UPDATE SET "
    "request_id = excluded.request_id, token = excluded.token, lease_until = 0, "
    "state = CASE WHEN state = ? THEN '' ELSE state END, "
    "ended_at = CASE WHEN state = ? THEN NULL ELSE ended_at END "
    "WHERE request_id IN ('', excluded.request_id)"
)
ENDED = (
    "UPDATE job SET state = ?, ended_at = ?, lease_until = 0 "
    "WHERE reference = ? OR (request_id = ? AND request_id <> '')"
)
WRITE_NOT_ACCEPTED = (
    "UPDATE job SET state = ?, ended_at = ?, lease_until = 0 "
    "WHERE reference = ? AND owner = ? AND request_id = '' AND state = ''"
)
"""Only its owner knows that: another process may have written an intent of this name."""
UNSENT = (
    "UPDATE job SET state = ?, ended_at = ?, lease_until = 0 WHERE request_id = '' "
    "AND state = '' AND unsent_boot = ? AND unsent_boot <> '' AND lease_until < ?"
)
"""Intents recorded ahead by a process that died before it sent them.

``Sending`` is not synced, so this is certain only while the operating system runs on.
"""
SENDING = (
    "UPDATE job SET unsent_boot = '' "
    "WHERE reference = ? AND owner = ? AND request_id = '' AND state = ''"
)
OPEN = "request_id = '' AND state = ''"
ALIVE = "lease_until > ? AND lease_until <= ?"
