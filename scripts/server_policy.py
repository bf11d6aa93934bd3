"""Write deploy/aws/server-policy.json from what the acts need: `python -m scripts.server_policy`. A contract test holds it."""

import json
from pathlib import Path

from core.cloud.permissions import policy

FILE = Path(__file__).parents[1] / "deploy/aws/server-policy.json"


def render() -> str:
    return json.dumps(policy(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(render())
