"""The names that a client's top package hands out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Export:
    """A name of the client's top package, and the runtime module it comes from."""

    name: str
    module: str


_EXPORTED = {
    "aio": ("AsyncRunComfy",),
    "aio_job": ("AsyncJob", "AsyncResult"),
    "client": ("RunComfy",),
    "errors": (
        "AuthError",
        "DownloadError",
        "InputRejected",
        "JobCancelled",
        "JobFailed",
        "JobTimeout",
        "MissingToken",
        "NoBalance",
        "NotFound",
        "NotSent",
        "PermissionDenied",
        "PollInterrupted",
        "RateLimited",
        "RunComfyError",
        "SubmitOutcomeUnknown",
        "SubmitRefused",
    ),
    "inline": ("inline",),
    "job": ("Job",),
    "media.fetch.policy": ("FetchPolicy",),
    "report": ("Problem", "Report"),
    "result": ("Result",),
    "rule": ("Rule",),
    "status": ("Cancellation", "Status"),
}
EXPORTS = tuple(
    sorted(
        (Export(name, module) for module, names in _EXPORTED.items() for name in names),
        key=lambda export: export.name,
    )
)
"""The names of the client's top package, in their order."""
