"""The mode of a workload: three ways that exclude each other, told by three switches (INV-02)."""

from collections.abc import Mapping
from typing import Any

MODES = ("auto_switch", "manual_replica", "observe")
WORDS = {
    "enabled": "cared for",
    "auto_switch_enabled": "auto-switch",
    "manual_replica_enabled": "manual replica",
    "auto_terminate_enabled": "end the old instance",
    "on_demand_fallback": "on-demand as fallback",
}


def mode_of(settings: Mapping[str, Any]) -> str:
    """Observed is what is not cared for, and what is moved neither by us nor by hand."""
    if not settings["enabled"]:
        return "observe"
    if settings["auto_switch_enabled"]:
        return "auto_switch"
    return "manual_replica" if settings["manual_replica_enabled"] else "observe"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """``auto-switch on → off, terminate wait seconds 3600 → 60``: what changed, in words."""
    changed = [name for name in after if name != "config_version" and after[name] != before[name]]
    return ", ".join(f"{_word(name)} {_shown(name, before[name])} → {_shown(name, after[name])}" for name in changed)


def _word(name: str) -> str:
    return WORDS.get(name, name.replace("_", " "))


def _shown(name: str, value: Any) -> Any:
    return ("on" if value else "off") if name in WORDS else value
