"""What every job may need, made once per process."""

from dataclasses import dataclass

from config.settings import Settings
from core.actions import Executor
from core.cloud.aws import Clouds


@dataclass(frozen=True)
class Context:
    settings: Settings
    clouds: Clouds
    executor: Executor

    @classmethod
    def of(cls, settings: Settings) -> "Context":
        clouds = Clouds(settings)
        return cls(settings, clouds, Executor(clouds, settings))
