"""A replacement goes where a notice was seen within half an hour, because nothing else is left: people are told (INV-12, F21)."""

from core.database import Tx
from core.domain.incident import Incident
from core.domain.lifecycle import Agent
from core.domain.pools import Candidate
from core.people import notifications


def warn(tx: Tx, agent: Agent, incident: Incident, candidate: Candidate) -> bool:
    """Whether people were told just now, with the deadline: once per incident."""
    if not candidate.is_last_resort:
        return False
    until = f"the deadline is {incident.deadline_at:%Y-%m-%d %H:%M:%S} UTC" if incident.deadline_at else "AWS gave no deadline"
    text = (
        f"No calm pool and no On-Demand capacity is left for {incident.ec2_instance_id}; its replacement goes to {candidate.instance_type}"
        f" in {candidate.az_id}, where AWS announced an interruption within half an hour. It may be taken too; {until}."
    )
    return notifications.tell(tx, incident, "last_resort", "critical", f"{agent.logical_name}: the last pool left is in danger", text)
