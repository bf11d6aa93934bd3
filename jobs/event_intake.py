"""See that every queue of AWS's events is read in this process."""


def run(context) -> dict:
    return context.intake.tend()
