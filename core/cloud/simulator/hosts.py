"""Machines as process trees: booted from their UserData, and gone at once when they end."""

import os
import subprocess
import sys
from pathlib import Path

from core.cloud.simulator.instance import SimInstance
from core.cloud.simulator.ports import free_port

IMAGE_DIR = Path(__file__).parent / "image"
ROOT = Path(__file__).parents[3]


class Hosts:
    """The process trees of the running instances, by instance id."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._inits: dict[str, subprocess.Popen] = {}

    def boot(self, instance: SimInstance, imds_url: str) -> None:
        """Run the UserData as the first process tree of the machine."""
        home = self.folder / instance.instance_id
        home.mkdir(parents=True, exist_ok=True)
        script = home / "user-data"
        script.write_text(instance.user_data or "#!/bin/bash\n")
        instance.port = free_port(instance.port or 0)
        with (home / "console.log").open("ab") as console:
            self._inits[instance.instance_id] = subprocess.Popen(
                [sys.executable, "-S", "-E", str(Path(__file__).parent / "host_init.py"), str(os.getpid()), "bash", str(script)],
                cwd=home, env=self._environment(instance, home, imds_url), stdin=subprocess.DEVNULL, stdout=console,
                stderr=console, start_new_session=True,
            )  # fmt: skip

    def kill(self, instance_id: str) -> None:
        """SIGKILL for the whole tree, children in sessions of their own included."""
        self._end([instance_id])

    def kill_all(self) -> None:
        self._end(list(self._inits))

    def _end(self, instance_ids: list[str]) -> None:
        """Each init kills what is below it with SIGKILL, and ends when nothing is left."""
        inits = [self._inits.pop(instance_id) for instance_id in instance_ids if instance_id in self._inits]
        for init in inits:
            init.terminate()
        for init in inits:
            init.wait()

    def pid(self, instance_id: str) -> int | None:
        init = self._inits.get(instance_id)
        return init and init.pid

    def _environment(self, instance: SimInstance, home: Path, imds_url: str) -> dict[str, str]:
        return {
            "INSTANCE_ID": instance.instance_id,
            "AZ": instance.az,
            "AZ_ID": instance.az_id,
            "REGION": instance.region,
            "INSTANCE_TYPE": instance.instance_type,
            "IMDS_URL": imds_url,
            "PORT": str(instance.port),
            "HOST_DIR": str(home),
            "HOME": str(home),
            "PATH": f"{IMAGE_DIR / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "SPOTOPT_AGENT_CONFIG": str(IMAGE_DIR / "agent.json"),
            "SPOTOPT_PYTHON": sys.executable,
            "SPOTOPT_ROOT": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", ""),
        }
