"""SAFE MODE holds an answer back: people are told what to do by hand, and until when (H16, FAIL-46)."""

from core.database import Tx
from core.domain.by_hand import instructions
from core.domain.incident import Incident
from core.domain.lifecycle import Agent
from core.domain.response import Decision, Situation
from core.people import notifications
from core.sql import actions


def ask_for_help(tx: Tx, agent: Agent, incident: Incident, decision: Decision, situation: Situation) -> bool:
    """Whether people were told just now: once per incident and rank of its notice, and again when a deadline becomes known."""
    held_back = [row["why"] for row in actions.held_back(tx, incident.id)]
    told = instructions(situation, decision, held_back)
    if told is None:
        return False
    title = f"{agent.logical_name}: {told.title}"
    moment = f"by_hand:{incident.notice_rank}:{'until' if incident.deadline_at else 'soon'}"
    return notifications.tell(tx, incident, moment, "critical", title, told.text)
