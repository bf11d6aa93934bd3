"""`python -m agent`: run the agent of this host."""

import argparse
import logging
import signal
import sys

from agent.config import BadConfig, read_config
from agent.loop import Agent


def main() -> int:
    parser = argparse.ArgumentParser(prog="agent", description="The Spot Optimizer agent of this host.")
    parser.add_argument("--config", help="the agent's file (default: /etc/spot-optimizer/agent.json)")
    parser.add_argument("--server", default="", help="address of the server")
    parser.add_argument("--token", default="", help="enrolment or join token")
    parser.add_argument("--name", default="", help="logical name of the workload")
    parser.add_argument("--predecessor", default="", help="the instance this host was launched to follow while no server answered")
    parser.add_argument("--ec2-url", default="", help="address of EC2, where it is not the real one")
    parser.add_argument("--config-check", action="store_true", help="say whether the configuration is usable, and exit")
    parser.add_argument("--verbose", "-v", action="store_true")
    options = parser.parse_args()
    logging.basicConfig(level=logging.DEBUG if options.verbose else logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    overrides = {
        "server_url": options.server, "token": options.token, "logical_name": options.name,
        "predecessor": options.predecessor, "ec2_url": options.ec2_url,
    }  # fmt: skip
    try:
        config = read_config(options.config, overrides)
    except BadConfig as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 2
    if options.config_check:
        print(f"the configuration is usable: {config.words()}")
        return 0
    agent = Agent(config)
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: agent.stop())
    agent.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
