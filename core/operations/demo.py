"""What only the simulated AWS allows: making AWS announce an interruption."""

from config.settings import Settings
from core import errors
from core.cloud.simulator.levers import OurLevers
from core.database import Tx
from core.sql import instances

KINDS = ("interruption", "rebalance")


def interruptible(tx: Tx, client_id: int, instance_uuid: str, settings: Settings) -> str:
    """The EC2 id of a client's own running instance; refused where AWS is real."""
    if not settings.simulated:
        raise errors.Forbidden("only the simulated AWS can be told to interrupt an instance")
    instance = instances.by_uuid(tx, instance_uuid)
    if instance is None or instance.client_id != client_id or instance.ec2_instance_id is None:
        raise errors.NotFound()
    return instance.ec2_instance_id


def announce(ec2_id: str, kind: str, settings: Settings) -> dict:
    """Let the simulator show the notice in the instance's metadata; when it will end, if it will."""
    levers = OurLevers(settings.simulator_url)
    if kind == "rebalance":
        levers.rebalance(ec2_id)
        return {"deadline": None}
    return {"deadline": levers.interrupt(ec2_id)["deadline"]}
