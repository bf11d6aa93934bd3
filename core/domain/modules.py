"""What the product is made of, as operators name its parts, and what happens where one is off or fails."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Module:
    """``id`` is ``CATEGORY-NAME-VERSION``; ``detachable`` parts may be switched off while the server runs.

    ``without`` says what goes on without it; a part that is not detachable says why, or what its failure leaves.
    ``place`` is where its code lives.
    """

    id: str
    name: str
    detachable: bool
    without: str
    place: str


MODULES = (
    Module("MOD-SPOT-01", "Spot optimization engine", True, "AWS Auto Scaling carries on alone; nothing is moved for price", "core/domain"),
    Module("MOD-PACK-01", "Bin packing", True, "clean-up stops, workloads stay where they are", "core/domain"),
    Module("MOD-SIZE-01", "Right-sizing", True, "recommendations stop", "core/domain"),
    Module("MOD-AI-01", "Model server", True, "the static rule: own loss rate and age of the pool, then the Advisor's rank", "core"),
    Module("MOD-VAL-01", "Model validator", False, "an upload is refused and its file removed", "core"),
    Module("SVC-SCRAPE-01", "Spot Advisor scraper", False, "the last good file is kept and its age shown", "jobs"),
    Module("SVC-PRICE-01", "Pricing collector", False, "the last price and ten per cent, marked stale", "jobs"),
    Module("SVC-RISK-GLB", "Global risk tracker", False, "the static rule", "core"),
    Module("CORE-API", "API", False, "critical", "routes"),
    Module("CORE-DECIDE", "Decision engine", False, "critical", "core/domain"),
    Module("CORE-EXEC", "Action executor", False, "critical", "core"),
    Module("WORK-DISC-01", "Discovery", False, "each account and region apart; the others go on", "core"),
    Module("WORK-OPT-01", "Optimizer", False, "workloads stay where they are", "core"),
    Module("WORK-HIB-01", "Hibernation", False, "schedules wait", "core"),
    Module("WORK-RPT-01", "Weekly report", False, "the report comes later", "jobs"),
    Module("SCRIPT-TERM-01", "terminate_instance", False, "nothing is ended", "scripts/aws"),
    Module("SCRIPT-SPOT-01", "launch_spot", False, "the next candidate is tried", "scripts/aws"),
    Module("SCRIPT-VOL-01", "detach_volume", False, "nothing is detached", "scripts/aws"),
    Module("SCRIPT-ASG-01", "update_asg", False, "nothing is changed", "scripts/aws"),
    Module("WORK-HLTH-01", "Health monitor", False, "alerts come later", "core"),
    Module("WORK-EVT-01", "Event processor", False, "events wait in their queue", "core"),
    Module("WORK-CONS-01", "Price consolidation", False, "prices are consolidated later", "core"),
    Module("WORK-SCAN-01", "Scan queue", False, "dead letter after three tries", "core"),
    Module("WORK-DELIV-01", "Alert delivery", False, "the other channels go on", "core"),
    Module("WORK-ALRT-01", "Alert rules", False, "the next rule goes on", "core"),
)  # fmt: skip

BY_ID = {module.id: module for module in MODULES}
