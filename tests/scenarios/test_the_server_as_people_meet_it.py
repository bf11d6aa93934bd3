"""Starting, stopping, signing in, watching, and seeing nothing of others: over real HTTP."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from scripts.client import ApiError
from scripts.stack import ROOT, Stack
from tests.scenarios.town import Town, until

PAGE = {"Accept": "text/html"}
OURS = {"X-Requested-With": "dashboard"}


@pytest.fixture
def browser(stack: Stack) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update(OURS)
        yield session


def test_a_session_opens_with_a_token_and_is_dead_after_signing_out(stack: Stack, town: Town, browser):
    who = browser.post(f"{stack.url}/api/auth/token", json={"token": town.client.token})
    cookie = next(iter(browser.cookies))
    assert (who.status_code, cookie.has_nonstandard_attr("HttpOnly"), cookie.get_nonstandard_attr("SameSite")) == (200, True, "Strict")
    kept = {cookie.name: cookie.value}
    assert browser.get(f"{stack.url}/api/client/validate").status_code == 200

    browser.post(f"{stack.url}/api/auth/logout", json={})

    assert browser.get(f"{stack.url}/api/client/validate", cookies=kept).status_code == 401


def test_a_session_is_worth_nothing_to_another_site(stack: Stack, town: Town, browser):
    browser.post(f"{stack.url}/api/auth/token", json={"token": town.client.token})
    del browser.headers["X-Requested-With"]

    assert browser.get(f"{stack.url}/api/client/validate").status_code == 401


def test_each_page_has_a_nonce_of_its_own_under_a_strict_policy(stack: Stack, browser):
    pages = [browser.get(stack.url, headers=PAGE) for _ in range(2)]
    nonces = [re.search(r"'nonce-([^']+)'", page.headers["Content-Security-Policy"]).group(1) for page in pages]

    assert len(set(nonces)) == 2
    assert all(f'content="{nonce}"' in page.text for nonce, page in zip(nonces, pages, strict=True))
    assert "unsafe" not in pages[0].headers["Content-Security-Policy"]


def test_an_event_is_on_the_stream_within_a_second(stack: Stack, town: Town):
    [shop] = town.open("watched")
    heard: list[tuple[float, str]] = []
    threading.Thread(target=listen, args=(stack, town, heard), daemon=True).start()
    time.sleep(1)

    told_at = time.monotonic()
    town.notice(shop, "rebalance", notice_time="2026-01-01T00:00:00Z")

    at, _ = until("the event is heard", lambda: next((one for one in heard if one[1] == "notice"), None), 5, every=0.02)
    assert at - told_at < 1.0


def listen(stack: Stack, town: Town, heard: list) -> None:
    headers = {"Authorization": f"Bearer {town.client.token}"}
    with requests.get(f"{stack.url}/api/events/stream", headers=headers, stream=True, timeout=30) as stream:
        for line in stream.iter_lines():
            if line.startswith(b"event: "):
                heard.append((time.monotonic(), line.removeprefix(b"event: ").decode()))


def test_a_stream_that_broke_goes_on_where_it_was(stack: Stack, town: Town):
    """By any of the workers: they share nothing but the outbox."""
    shop, other = town.open("broken-stream", "meanwhile")
    headers = {"Authorization": f"Bearer {town.client.token}"}
    with requests.get(f"{stack.url}/api/events/stream", headers=headers, stream=True, timeout=30) as stream:
        lines = stream.iter_lines()
        next(lines)
        town.notice(shop, "rebalance", notice_time="2026-01-01T00:00:00Z")
        last = next(line for line in lines if line.startswith(b"id: ")).removeprefix(b"id: ").decode()
    town.notice(other, "rebalance", notice_time="2026-01-01T00:00:00Z")

    with requests.get(f"{stack.url}/api/events/stream", headers={**headers, "Last-Event-ID": last}, stream=True, timeout=30) as stream:
        told = next(line for line in stream.iter_lines() if b'"type":"notice"' in line and other.agent_id.encode() in line)

    assert told


def test_one_client_sees_nothing_of_another_and_cannot_touch_it(stack: Stack, town: Town):
    [mine], other = town.open("mine"), Town(stack)

    assert other.rows() == []
    for path in (f"/api/client/{town.client.client_id}/agents", f"/api/agents/{mine.agent_id}/emergency-status"):
        assert refusal(other.api.get, path) == 404
    assert refusal(other.api.post, f"/api/client/instances/{mine.instance_id}/simulate-interruption") == 404
    assert refusal(other.api.post, f"/api/agents/{mine.agent_id}/termination-notice", {"instance_id": mine.ec2_id}) == 404
    assert town.story(mine)["incident"] is None


def refusal(call, *arguments) -> int:
    with pytest.raises(ApiError) as refused:
        call(*arguments)
    return refused.value.status


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="spotopt-serve-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_the_product_starts_stops_at_ctrl_c_leaves_nothing_running_and_goes_on_where_it_was(folder: Path):
    first, seconds_of_the_first = timed(serve, folder)
    before = fleet(folder, serving=5)
    assert end(first) < 5

    second, seconds_of_the_second = timed(serve, folder)
    after = fleet(folder, serving=5)
    assert end(second) < 5

    assert seconds_of_the_second < seconds_of_the_first, "what was made at the first start is not made again"
    assert after == before
    assert [line for line in processes() if str(folder) in line] == []


def timed(work: Callable, *arguments: Any) -> tuple[Any, float]:
    began = time.monotonic()
    return work(*arguments), time.monotonic() - began


def serve(folder: Path) -> subprocess.Popen:
    """What `scripts/server` runs once everything is installed; ready when it prints how to sign in."""
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.serve", "--quiet-market"], cwd=ROOT, env={**os.environ, "SPOTOPT_VAR": str(folder)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    for line in process.stdout:
        if "#token=" in line:
            return process
    raise AssertionError("it ended before it said how to sign in")


def end(process: subprocess.Popen) -> float:
    """Ctrl-C; the seconds until it is gone."""
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    return time.monotonic() - began


def fleet(folder: Path, serving: int) -> dict[str, str]:
    """Each workload's name and machine, once all of them serve."""
    demo, port = json.loads((folder / "demo.json").read_text()), json.loads((folder / "ports.json").read_text())["server"]
    url = f"http://127.0.0.1:{port}/api/client/{demo['client_id']}/agents"
    headers = {"Authorization": f"Bearer {demo['token']}"}

    def serve_all() -> dict[str, str] | None:
        rows = requests.get(url, headers=headers, timeout=5).json()["data"]["agents"]
        named = {row["logical_name"]: row["primary"]["ec2_instance_id"] for row in rows if row["serving"]}
        return named if len(named) >= serving else None

    return until(f"{serving} workloads serve", serve_all, 30)


def processes() -> list[str]:
    lines = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            lines.append((process / "cmdline").read_text() + (process / "environ").read_text(errors="replace"))
        except OSError:
            continue
    return lines
