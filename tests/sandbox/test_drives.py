"""What moves a job on: time, polls, or steps by hand."""

from __future__ import annotations

from typing import Literal

import pytest

from runcomfy_codegen.sandbox import Sandbox, VirtualClock

from .conftest import EDIT, MODELS, Caller, caller_with


def test_half_the_time_at_twice_the_speed() -> None:
    slow, fast = caller_with(), caller_with(speed=2)
    slow.submit()
    fast.submit()
    (of_slow,), (of_fast,) = slow.api.jobs, fast.api.jobs
    assert of_fast.plan.queued == of_slow.plan.queued / 2
    assert of_fast.plan.running == of_slow.plan.running / 2


def test_another_seed_gives_other_identifiers_and_durations() -> None:
    one, two = caller_with(), caller_with(seed="another")
    assert one.submit()["request_id"] != two.submit()["request_id"]
    (of_one,), (of_two,) = one.api.jobs, two.api.jobs
    assert of_one.plan != of_two.plan


def test_driven_by_polls_a_job_answers_as_often_as_was_said() -> None:
    caller = caller_with(drive="polls", polls=(2, 3))
    url = caller.submit()["status_url"]
    words = [caller.get(url)["status"] for _ in range(7)]
    assert words == ["in_queue"] * 2 + ["in_progress"] * 3 + ["completed"] * 2


def test_driven_by_polls_time_changes_nothing() -> None:
    caller = caller_with(drive="polls")
    accepted = caller.submit()
    caller.clock.advance(1000)
    for _ in range(2):
        assert caller.get(accepted["status_url"])["status"] == "in_queue"
    assert caller.get(accepted["result_url"])["status"] == "in_progress"
    assert (
        caller.send("POST", accepted["cancel_url"]).json()["outcome"]
        == "not_cancellable"
    )
    caller.get(accepted["status_url"])
    result = caller.get(accepted["result_url"])
    assert result["status"] == "succeeded"
    assert result["finished_at"] == "2026-01-01T00:16:40.000Z"


def test_a_job_without_polls_stays_queued_and_can_be_cancelled() -> None:
    caller = caller_with(drive="polls", polls=(1, 0))
    accepted = caller.submit()
    assert caller.send("POST", accepted["cancel_url"]).json()["outcome"] == "cancelled"


def test_stepped_by_hand_a_job_moves_only_when_pushed() -> None:
    caller = caller_with(drive="steps")
    accepted = caller.submit()
    caller.clock.advance(1000)
    words = [caller.get(accepted["status_url"])["status"] for _ in range(3)]
    assert words == ["in_queue"] * 3
    now = caller.clock.now()
    request_id = accepted["request_id"]
    before = caller.get(accepted["status_url"])["queue_position"]
    assert caller.api.step(request_id, now) == "in_queue"
    assert 1 <= caller.get(accepted["status_url"])["queue_position"] < before
    assert caller.api.step(request_id, now) == "in_progress"
    assert caller.get(accepted["status_url"])["status"] == "in_progress"
    assert caller.api.step(request_id, now) == "completed"
    assert caller.api.step(request_id, now) == "completed"
    assert caller.get(accepted["result_url"])["status"] == "succeeded"


def test_a_push_does_nothing_to_a_job_that_time_moves(caller: Caller) -> None:
    accepted = caller.submit()
    assert caller.api.step(accepted["request_id"], caller.clock.now()) == "in_queue"
    with pytest.raises(KeyError):
        caller.api.step("unknown", 0.0)


def test_a_virtual_clock_never_runs_backwards() -> None:
    clock = VirtualClock(100.0)
    clock.sleep(-5)
    assert clock.now() == 100
    with pytest.raises(ValueError, match="-1 seconds"):
        clock.advance(-1)


@pytest.mark.parametrize(
    "options",
    [
        {"speed": 0},
        {"polls": (-1, 2)},
        {"workers": -1},
        {"drive": "magic"},
        {"validation": "maybe"},
    ],
)
def test_an_option_that_means_nothing_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"speed|polls|workers|magic|maybe"):
        Sandbox(MODELS, **options)  # type: ignore[arg-type]  # on purpose


def test_a_job_with_a_warning_about_its_input_runs() -> None:
    caller = caller_with(validation="warn")
    body: dict[str, object] = {"prompt": "x" * 900, "image_urls": [], "größe": 1}
    answer = caller.send("POST", f"/v1/models/{EDIT}", body)
    assert answer.status == 200
    warning = answer.header("x-sandbox-warning")
    assert warning is not None
    assert warning.isascii()
    assert "/image_urls, /prompt" in warning
    assert caller.send("POST", f"/v1/models/{EDIT}", {"prompt": ""}).status == 200


def test_unchecked_a_wrong_input_runs_without_a_word() -> None:
    caller = caller_with(validation="off")
    answer = caller.send("POST", f"/v1/models/{EDIT}", {"anything": [None]})
    assert answer.status == 200
    assert answer.header("x-sandbox-warning") is None
    caller.clock.advance(10)
    assert caller.get(answer.json()["result_url"])["status"] == "succeeded"


def test_with_one_worker_jobs_run_one_after_the_other() -> None:
    caller = caller_with(workers=1)
    urls = [caller.submit()["status_url"] for _ in range(3)]
    assert [caller.get(url)["queue_position"] for url in urls] == [1, 2, 3]
    running: list[int] = []
    for _ in range(200):
        words = [caller.get(url)["status"] for url in urls]
        assert words == sorted(
            words, key=["completed", "in_progress", "in_queue"].index
        )
        running.append(words.count("in_progress"))
        caller.clock.advance(0.1)
    assert max(running) == 1
    assert [caller.get(url)["status"] for url in urls] == ["completed"] * 3


def test_a_cancelled_job_makes_room_for_those_that_come_after_it() -> None:
    def wait_of_the_last(*, cancelling: bool) -> float:
        caller = caller_with(workers=1)
        first = caller.submit()
        if cancelling:
            caller.send("POST", first["cancel_url"])
        caller.submit()
        return [job.begins_at - job.submitted_at for job in caller.api.jobs][-1]

    assert wait_of_the_last(cancelling=True) < 1
    assert wait_of_the_last(cancelling=False) > 2


def test_workers_of_one_token_do_not_wait_for_those_of_another() -> None:
    caller = caller_with(workers=1)
    caller.submit()
    other = Caller(caller.api, caller.clock, token="two")
    assert other.get(other.submit()["status_url"])["queue_position"] == 1


def test_those_behind_a_cancelled_job_move_up_at_once() -> None:
    caller = caller_with(workers=1)
    accepted = [caller.submit() for _ in range(5)]
    for each in accepted[1:4]:
        caller.send("POST", each["cancel_url"])
    assert caller.get(accepted[4]["status_url"])["queue_position"] == 2
    first, *_, last = caller.api.jobs
    assert last.begins_at == pytest.approx(first.ends_at)
    caller.clock.advance(first.ends_at - caller.clock.now() + 0.01)
    assert caller.get(accepted[0]["status_url"])["status"] == "completed"
    assert caller.get(accepted[4]["status_url"])["status"] == "in_progress"


def test_a_cancellation_moves_nothing_that_has_begun() -> None:
    caller = caller_with(workers=2)
    accepted = [caller.submit() for _ in range(6)]
    caller.clock.advance(1.0)
    begun = [job for job in caller.api.jobs if job.begins_at <= caller.clock.now()]
    assert len(begun) == 2
    caller.send("POST", accepted[3]["cancel_url"])
    jobs = {job.request_id: job for job in caller.api.jobs}
    assert [jobs[job.request_id] for job in begun] == begun
    waiting = [job for job in jobs.values() if job.begins_at > caller.clock.now()]
    assert all(
        job.begins_at >= min(each.ends_at for each in begun) for job in waiting[:1]
    )


def test_a_queue_position_counts_the_jobs_before_it() -> None:
    caller = caller_with(workers=2)
    urls = [caller.submit()["status_url"] for _ in range(6)]
    answers: list[dict[str, object]] = []
    for _ in range(60):
        answers = [caller.get(url) for url in urls]
        positions = [
            answer["queue_position"] for answer in answers if "queue_position" in answer
        ]
        assert positions == list(range(1, len(positions) + 1))
        caller.clock.advance(0.2)
    assert [answer["status"] for answer in answers] == ["completed"] * 6


def test_a_job_cancelled_by_hand_makes_room_too() -> None:
    caller = caller_with(workers=1)
    accepted = [caller.submit() for _ in range(3)]
    path = f"/sandbox/jobs/{accepted[1]['request_id']}/cancel"
    assert caller.send("POST", path).json()["status"] == "cancelled"
    assert caller.get(accepted[2]["status_url"])["queue_position"] == 2


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("rule", ["stuck", "long-queue seconds=3000"])
def test_a_queued_job_that_cannot_start_blocks_no_worker(
    workers: int, rule: str
) -> None:
    caller = caller_with(workers=workers)
    held = [caller.submit(prompt=f"A boat [sandbox: {rule}]") for _ in range(3)]
    urls = [caller.submit()["status_url"] for _ in range(3)]
    assert [caller.get(url)["queue_position"] for url in urls] == [1, 2, 3]
    caller.clock.advance(20)
    assert [caller.get(url)["status"] for url in urls] == ["completed"] * 3
    assert [caller.get(answer["status_url"])["status"] for answer in held] == [
        "in_queue"
    ] * 3


def test_a_job_held_back_runs_once_its_time_has_come() -> None:
    caller = caller_with(workers=1)
    held = caller.submit(prompt="A boat [sandbox: long-queue seconds=30]")["status_url"]
    caller.clock.advance(31)
    assert caller.get(held)["status"] == "in_progress"
    behind = caller.submit()["status_url"]
    assert caller.get(behind)["queue_position"] == 1
    caller.clock.advance(10)
    assert caller.get(behind)["status"] == "completed"


@pytest.mark.parametrize("drive", ["time", "polls", "steps"])
def test_later_jobs_of_an_account_stand_behind_those_that_still_wait(
    drive: Literal["time", "polls", "steps"],
) -> None:
    caller = caller_with(drive=drive)
    urls = [caller.submit()["status_url"] for _ in range(8)]
    for _ in range(9):
        answers = [caller.get(url) for url in urls]
        positions = [answer.get("queue_position", 0) for answer in answers]
        assert positions == sorted(positions)
        caller.clock.advance(0.1)
    other = Caller(caller.api, caller.clock, token="two")
    assert other.get(other.submit()["status_url"])["queue_position"] < 5


def test_a_job_starts_at_two_or_more_and_counts_down_when_asked() -> None:
    for number in range(12):
        caller = caller_with(drive="polls", seed=str(number))
        url = caller.submit()["status_url"]
        first, second, third = (caller.get(url) for _ in range(3))
        assert first["queue_position"] > second["queue_position"] >= 1
        assert (first["queue_position"], third["status"]) >= (2, "in_progress")


def test_eight_jobs_at_once_have_eight_places() -> None:
    caller = caller_with()
    answers = [caller.get(caller.submit()["status_url"]) for _ in range(8)]
    positions = [answer["queue_position"] for answer in answers]
    assert positions == list(range(positions[0], positions[0] + 8))
    caller.clock.advance(10)
    bill = caller.api.bill(None, caller.clock.now())
    assert [row.status for row in bill] == ["completed"] * 8


def test_a_job_behind_a_stuck_one_does_not_wait_for_it() -> None:
    caller = caller_with()
    caller.submit(prompt="A boat [sandbox: stuck]")
    url = caller.submit()["status_url"]
    caller.clock.advance(10)
    assert caller.get(url)["status"] == "completed"


def test_no_push_moves_a_stuck_job() -> None:
    caller = caller_with(drive="steps")
    stuck = caller.submit(prompt="A boat [sandbox: stuck]")["request_id"]
    words = [caller.api.step(stuck, caller.clock.now()) for _ in range(9)]
    assert words == ["in_queue"] * 9


def test_asking_for_the_head_alone_moves_no_job() -> None:
    caller = caller_with(drive="polls", polls=(1, 1))
    accepted = caller.submit(prompt="A boat [sandbox: expired-request]")
    for _ in range(5):
        for url in (accepted["status_url"], accepted["result_url"]):
            assert caller.send("HEAD", url).status == 200
    words = [caller.get(accepted["status_url"])["status"] for _ in range(3)]
    assert words == ["in_queue", "in_progress", "completed"]
