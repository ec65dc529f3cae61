"""For your own tests: the queue API in memory, and a clock whose time is only counted.

queue = FakeQueue()
queue.answer("vendor/model", output={"image": "https://files.runcomfy.net/a.png"})
with queue.client() as client:
    result = client.run("vendor/model", {"prompt": "a boat"})   # no network, no waiting
"""

from .clock import VirtualClock
from .queue import NOT_SENT, FakeJob, FakeQueue

__all__ = ["NOT_SENT", "FakeJob", "FakeQueue", "VirtualClock"]
