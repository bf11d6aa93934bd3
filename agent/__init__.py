"""The agent on each host: watches the metadata for notices and one workload, and speaks to the server (docs/AGENTS.md)."""

VERSION = "0.1.0"
PROTOCOL = 1
