"""How large an Auto Scaling group may be and is wanted to be: what a person may order (SCRIPT-ASG-01)."""

from dataclasses import dataclass, replace

from core.domain.scaling import Group


@dataclass(frozen=True)
class Sizes:
    """min ≤ desired ≤ max."""

    minimum: int
    desired: int
    maximum: int

    @classmethod
    def of(cls, group: Group) -> "Sizes":
        return cls(group.minimum, group.desired, group.maximum)

    def changed(self, minimum: int | None, desired: int | None, maximum: int | None) -> "Sizes":
        """With what was named; the rest stays."""
        named = {"minimum": minimum, "desired": desired, "maximum": maximum}
        return replace(self, **{name: value for name, value in named.items() if value is not None})

    def refused(self) -> str | None:
        """Why a group cannot have these sizes, or None."""
        if self.minimum < 0:
            return f"the minimum is {self.minimum}; a group has at least 0 machines"
        if not self.minimum <= self.desired <= self.maximum:
            return f"{self} does not hold min ≤ desired ≤ max"
        return None

    def __str__(self) -> str:
        return f"min {self.minimum}, desired {self.desired}, max {self.maximum}"
