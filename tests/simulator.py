"""The simulated AWS as a process of its own, for tests that need no server."""

import subprocess
import sys
import time
from pathlib import Path

import boto3
import requests
from botocore.config import Config

from core.cloud.simulator.catalogue import REGION
from core.cloud.simulator.levers import Levers
from scripts.stack import ROOT

ACCOUNT = "123456789012"


class Simulator(Levers):
    """Its levers, and boto3 on it. Machines boot at once and run nothing unless a test asks for more."""

    def __init__(self, folder: Path, port: int, boot_seconds: float = 0.2):
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"
        self._made: dict = {}
        folder.mkdir(parents=True, exist_ok=True)
        log = (folder / "log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "core.cloud.simulator", "--port", str(port), "--state", str(folder / "state"),
             "--boot-seconds", str(boot_seconds), "--seed", "7"],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        super().__init__(self.url)
        self._wait()

    def ec2(self, account: str = ACCOUNT):
        """boto3 as a customer would use it, with no retries of its own; made once, because that takes a third of a second."""
        return self._client("ec2", account)

    def autoscaling(self, account: str = ACCOUNT):
        """The same for Auto Scaling."""
        return self._client("autoscaling", account)

    def _client(self, service: str, account: str):
        if (service, account) not in self._made:
            self._made[service, account] = self._new_client(service, account)
        return self._made[service, account]

    def _new_client(self, service: str, account: str):
        return boto3.client(
            service, region_name=REGION, endpoint_url=self.url, aws_access_key_id=f"AKIA{account}", aws_secret_access_key="simulated",
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=3, read_timeout=5),
        )  # fmt: skip

    def clear(self) -> None:
        """Forget every machine, every fault and every jump of the clock."""
        self.release(drop=True)
        self.clear_faults()
        self.calm_events()
        for account in {row["account_id"] for row in self.instances()}:
            self.reset(account)
        self.clock(0)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)

    def _wait(self) -> None:
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self.health()
                return
            except requests.ConnectionError:
                time.sleep(0.05)
        raise RuntimeError(f"the simulator did not come up; see {self.folder / 'log'}")
