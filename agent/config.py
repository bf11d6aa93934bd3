"""The agent's file on the host: where the server is, and how its workload is checked, started and stopped."""

import json
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

DEFAULT_FILE = "/etc/spot-optimizer/agent.json"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_SECRET_IN_CLEAR = "server_url must be https:// (http:// only to this machine): the agent's secret goes there"


class BadConfig(Exception):
    """The file does not describe an agent that may start; the message names every fault."""


@dataclass(frozen=True)
class Config:
    """``check`` is an HTTP address or a command; ``start`` and ``stop`` are shell commands; times in seconds.

    ``predecessor`` is set by the UserData of a machine that another host launched while no server answered;
    ``ec2_url`` leads to the simulated EC2.
    """

    server_url: str = ""
    token: str = ""
    logical_name: str = ""
    state_dir: str = "/var/lib/spot-optimizer"
    check: str = ""
    start: str = ""
    stop: str = ""
    check_seconds: float = 1.0
    stop_timeout_seconds: float = 10.0
    imds_url: str = "http://169.254.169.254"
    predecessor: str = ""
    ec2_url: str = ""

    @property
    def state(self) -> Path:
        return Path(self.state_dir)

    def words(self) -> str:
        """What it comes to, without the token."""
        workload = f"workload checked by {self.check}" if self.check else "no workload is watched"
        return f"server {self.server_url}, state in {self.state_dir}, {workload}"


def read_config(file: str | None, overrides: dict[str, str]) -> Config:
    """The file (``${NAME}`` from the environment), then what the command line says; BadConfig names every fault."""
    path = Path(file or os.environ.get("SPOTOPT_AGENT_CONFIG", DEFAULT_FILE))
    values = _file_values(path)
    values |= {name: value for name, value in overrides.items() if value}
    known = {f.name: f.type for f in fields(Config)}
    problems = [f"{name} is not a setting" for name in values if name not in known]
    problems += [f"{name} is missing" for name in ("server_url", "token") if not values.get(name)]
    problems += [f"{name} must be a number" for name in values if known.get(name) is float and not _is_number(values[name])]
    problems += [_SECRET_IN_CLEAR] if not _is_private(str(values.get("server_url") or "https://")) else []
    if values.get("check") and not values.get("start"):
        problems.append("check without start: the agent could watch the workload but never start it")
    if problems:
        raise BadConfig("; ".join(problems))
    return Config(**values)


def _file_values(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        values = json.loads(path.read_text())
    except ValueError as error:
        raise BadConfig(f"{path} is not JSON: {error}") from None
    return {name: os.path.expandvars(value) if isinstance(value, str) else value for name, value in values.items()}


def _is_private(url: str) -> bool:
    """Whether a secret may be sent there: TLS, or this very machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
