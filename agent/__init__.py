"""The agent on each host: watches the metadata for notices and one workload, and speaks to the server (docs/AGENTS.md)."""

VERSION = "0.2.0"
PROTOCOL = 2
