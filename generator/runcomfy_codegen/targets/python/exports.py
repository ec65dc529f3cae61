"""The names that a client's top package hands out, and where the runtime defines them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..templates import CONTEXT_VERSION


@dataclass(frozen=True, slots=True)
class Export:
    """A name of the client's top package, and the runtime module it comes from."""

    name: str
    module: str


_EXPORTED = {
    "async_batch": ("AsyncBatch",),
    "async_client": ("AsyncRunComfy",),
    "async_driver": ("AsyncListener",),
    "async_named_batch": ("AsyncNamedBatch",),
    "async_job": ("AsyncJob", "AsyncResult"),
    "batch": ("Batch",),
    "catalog": ("Balance", "ModelFacts"),
    "client": ("RunComfy",),
    "client_config": ("Clock",),
    "download.fetch": ("Progress",),
    "driver": ("Listener",),
    "errors": (
        "ApiError",
        "AuthError",
        "BadJobToken",
        "BadSetting",
        "DownloadError",
        "InputRejected",
        "JobCancelled",
        "JobFailed",
        "JobReference",
        "JobTimeout",
        "JournalError",
        "MissingToken",
        "NoBalance",
        "NotConfigured",
        "NotFound",
        "NotSent",
        "PermissionDenied",
        "PollInterrupted",
        "RateLimited",
        "RunComfyError",
        "ServerError",
        "SubmitOutcomeUnknown",
        "SubmitRefused",
        "UnreadableAnswer",
    ),
    "files": ("File", "FileKind"),
    "input_checks": ("AsyncInputCheck", "InputCheck", "MediaChecks", "StatedLimits"),
    "job": ("Job", "Result"),
    "journal": ("Journal", "JournalEntry"),
    "journal_jobs": ("JournalJobs",),
    "lifecycle.run": ("OnStop",),
    "lifecycle.steps": ("Retry",),
    "limits.stated_limit": ("Limit",),
    "local_files": ("AsyncHost", "Host", "LocalFiles"),
    "media.data_uri": ("inline",),
    "media.errors": ("MediaFault",),
    "media.fetch.policy": ("FetchPolicy",),
    "model": ("ModelInput",),
    "outputs": ("AudioOutput", "ImageOutput", "ModelOutput", "VideoOutput"),
    "named_batch": ("NamedBatch",),
    "observer": ("Exchanged", "Hooks"),
    "progress": ("BatchProgress",),
    "protocol": ("CancelOutcome", "Cancellation", "Phase", "Status"),
    "report": ("Problem", "Report"),
    "rule": ("Rule",),
    "testing": ("FakeJob", "FakeQueue", "VirtualClock"),
    "transport": (
        "AsyncTransport",
        "Lost",
        "Outcome",
        "Reached",
        "Request",
        "Response",
        "Transport",
    ),
}
EXPORTS = tuple(
    sorted(
        (Export(name, module) for module, names in _EXPORTED.items() for name in names),
        key=lambda export: export.name,
    )
)
"""The names of the client's top package, in their order."""


def client_context(package: str) -> dict[str, Any]:
    """Of ``client.jinja``."""
    return {"version": CONTEXT_VERSION, "package": package, "exports": EXPORTS}
