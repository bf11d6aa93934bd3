"""What the product is made of, as operators name its parts, and what happens where one is off or fails."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Module:
    """``id`` is ``CATEGORY-NAME-VERSION``; ``detachable`` parts may be switched off while the server runs.

    ``without`` says what goes on without it; a part that is not detachable says why, or what its failure leaves.
    ``place`` is where its code lives. A part is listed once it is built: what people may switch and see is there.
    """

    id: str
    name: str
    detachable: bool
    without: str
    place: str


MODULES = (
    Module("MOD-SPOT-01", "Spot optimization engine", True, "AWS Auto Scaling carries on alone; nothing is moved for price", "core/moves/planner.py"),
    Module("MOD-AI-01", "Model server", True, "the static rule: own loss rate and age of the pool, then the Advisor's rank", "core/ml_interface.py"),
    Module("MOD-VAL-01", "Model validator", False, "an upload is refused and its file removed", "core/forecast/model_check.py"),
    Module("SVC-SCRAPE-01", "Spot Advisor scraper", False, "the last good file is kept and its age shown", "jobs/spot_advisor.py"),
    Module("SVC-PRICE-01", "Pricing collector", False, "the last price and ten per cent, marked stale", "jobs/spot_prices.py"),
    Module("SVC-RISK-GLB", "Global risk tracker", False, "the static rule", "core/forecast/risk.py"),
    Module("CORE-API", "API", False, "critical", "routes"),
    Module("CORE-DECIDE", "Decision engine", False, "critical", "core/moves/decisions.py"),
    Module("CORE-EXEC", "Action executor", False, "critical", "core/execution/actions.py"),
    Module("SCRIPT-ASG-01", "update_asg", False, "nothing is changed", "scripts/aws/update_asg.py"),
    Module("WORK-HLTH-01", "Health monitor", False, "alerts come later", "core/operations/monitor.py"),
    Module("WORK-EVT-01", "Event processor", False, "events wait in their queue", "core/intake/event_intake.py"),
    Module("WORK-CONS-01", "Price consolidation", False, "prices are consolidated later", "core/prices/consolidation.py"),
    Module("WORK-ALRT-01", "Alert rules", False, "the next rule goes on", "core/operations/alerting.py"),
)  # fmt: skip

BY_ID = {module.id: module for module in MODULES}
