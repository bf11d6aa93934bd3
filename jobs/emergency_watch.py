"""The reconciler: go on from the rows wherever something was cut."""

from core.emergencies.reconciler import reconcile


def run(context) -> dict:
    return reconcile()
