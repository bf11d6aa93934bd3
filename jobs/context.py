"""What every job may need, made once per process."""

from dataclasses import dataclass

from config.settings import Settings
from core.cloud.aws import Clouds
from core.emergencies.forestall import forestalled
from core.execution import turns
from core.execution.actions import Executor
from core.execution.crew import Crew
from core.intake.event_intake import Intake
from core.operations import counters


@dataclass(frozen=True)
class Context:
    settings: Settings
    clouds: Clouds
    executor: Executor
    crew: Crew
    intake: Intake

    @classmethod
    def of(cls, settings: Settings) -> "Context":
        clouds = Clouds(settings, turns.take, counters.heard_of_aws)
        executor = Executor(clouds, settings, forestalled)
        return cls(settings, clouds, executor, Crew(executor), Intake(clouds, settings))
