"""The sandbox: the queue API on your own machine, made from the same schemas as the client."""

from .api import Api as Api
from .clock import VirtualClock as VirtualClock
from .sandbox import Sandbox as Sandbox
from .settings import Settings as Settings
from .transport import AsyncDirectTransport as AsyncDirectTransport
from .transport import DirectTransport as DirectTransport
