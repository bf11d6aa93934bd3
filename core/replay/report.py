"""Reports of replays side by side."""

COLUMNS = {
    "A": (
        ("cost/OD", "cost_over_on_demand"), ("avail %", "availability_percent"), ("down min/rep-day", "downtime_minutes_per_replica_day"),
        ("zero min/day", "zero_ready_minutes_per_day"), ("interr./rep-day", "interruptions_per_replica_day"), ("failed", "failed_launches"),
    ),
    "B": (
        ("cost/OD", "cost_over_on_demand"), ("interr./rep-month", "interruptions_per_replica_month"), ("±", "interruptions_standard_error"),
        ("down min/rep-month", "downtime_minutes_per_replica_month"), ("max lost at once", "largest_share_lost_at_once"),
        ("moves/rep-month", "moves_per_replica_month"),
    ),
    "C": (),
}  # fmt: skip


def table(task: str, reports: list[dict]) -> str:
    """One row per policy; for task C one column per cell."""
    rows = [[report["market"], report["policy"], *_values(task, report["metrics"])] for report in reports]
    head = ["market", "policy", *([name for name, _ in COLUMNS[task]] or [*reports[0]["metrics"]["cells"], "late"])]
    heads = {len(head)} | {len(row) for row in rows}
    if len(heads) > 1:
        return "\n".join("  ".join(row) for row in rows)
    widths = [max(len(line[i]) for line in [head, *rows]) for i in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in [head, *rows])


def _values(task: str, metrics: dict) -> list[str]:
    if task == "C":
        return [*(f"{cell['cost_over_on_demand']:.3f}" for cell in metrics["cells"].values()), str(metrics["late"])]
    return [_shown(metrics[key]) for _, key in COLUMNS[task]]


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"
