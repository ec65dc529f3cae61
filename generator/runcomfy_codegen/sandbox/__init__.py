"""The sandbox: the queue API on your own machine, made from the same schemas as the client."""

from .api import Api as Api
from .clock import VirtualClock as VirtualClock
from .direct_transport import AsyncDirectTransport as AsyncDirectTransport
from .direct_transport import DirectTransport as DirectTransport
from .sandbox import Sandbox as Sandbox
from .settings import SandboxSettings as SandboxSettings

Settings = SandboxSettings
"""The earlier name; existing code imports it."""
