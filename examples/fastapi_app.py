"""A web app that edits pictures. The model's own fields are the body of its request.

    pip install fastapi uvicorn
    RUNCOMFY_TOKEN=… uvicorn fastapi_app:app

POST /edits submits a job and answers with a token; GET /edits/{token} says how far the job is.
No request waits for a job, and the app keeps nothing: the token is enough, in any process.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from runcomfy_client import (
    AsyncRunComfy,
    BadJobToken,
    InputRejected,
    JobFailed,
    NotFound,
    RunComfyError,
)
from runcomfy_client.models.bytedance.dreamina_4_0 import edit


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """One client for all requests. Media are checked before a job is paid for."""
    async with AsyncRunComfy() as client:
        app.state.client = client
        yield


app = FastAPI(title="Edits", lifespan=lifespan)


@app.post("/edits", status_code=202)
async def submit(given: edit.Input, request: Request) -> dict[str, str]:
    """Submit a job. FastAPI has checked the body by the model's schema."""
    client: AsyncRunComfy = request.app.state.client
    job = await client.submit(given, timeout=30)
    return {"token": job.token()}


@app.get("/edits/{token}")
async def state(token: str, request: Request) -> dict[str, Any]:
    """The state of a job, and its files once it has ended."""
    client: AsyncRunComfy = request.app.state.client
    job = client.job(token, edit.Input)
    status = await job.status(timeout=10)
    if not status.finished:
        return {"state": status.state, "position": status.queue_position, "files": []}
    result = await job.result(timeout=10)
    return {"state": status.state, "files": [file.url for file in result.files]}


@app.exception_handler(InputRejected)
async def rejected(request: Request, error: InputRejected) -> JSONResponse:
    """What the checks of media and of stated limits refuse, as FastAPI reports its own."""
    problems = [
        {"loc": ["body", *problem.pointer.split("/")[1:]], "msg": problem.message}
        for problem in error.problems
    ]
    return JSONResponse({"detail": problems}, 422)


@app.exception_handler(RunComfyError)
async def failed(request: Request, error: RunComfyError) -> JSONResponse:
    """Everything else. ``may_be_billed`` tells the user whether a job may have cost money."""
    http_status = 404 if isinstance(error, (BadJobToken, NotFound)) else 502
    kind = "the job failed" if isinstance(error, JobFailed) else type(error).__name__
    content = {"detail": kind, "may_be_billed": error.may_be_billed}
    return JSONResponse(content, http_status)
