"""What every job may need, made once per process."""

from dataclasses import dataclass

from config.settings import Settings
from core.actions import Executor
from core.cloud.aws import Clouds
from core.crew import Crew
from core.event_intake import Intake
from core.forestall import forestalled


@dataclass(frozen=True)
class Context:
    settings: Settings
    clouds: Clouds
    executor: Executor
    crew: Crew
    intake: Intake

    @classmethod
    def of(cls, settings: Settings) -> "Context":
        clouds = Clouds(settings)
        executor = Executor(clouds, settings, forestalled)
        return cls(settings, clouds, executor, Crew(executor), Intake(clouds, settings))
