"""A small part of EC2's catalogue: sizes as AWS publishes them, on-demand prices of us-east-1 (USD per hour)."""

from dataclasses import dataclass

REGION = "us-east-1"
ZONES = {"us-east-1a": "use1-az6", "us-east-1b": "use1-az1", "us-east-1c": "use1-az2", "us-east-1d": "use1-az4"}
ZONE_OF_ID = {zone_id: zone for zone, zone_id in ZONES.items()}
IMAGE = "ami-0de30c0ffee000001"


@dataclass(frozen=True)
class TypeInfo:
    vcpus: int
    memory_mib: int
    arch: str
    usd_per_hour: float


TYPES = {
    "t3.medium": TypeInfo(2, 4096, "x86_64", 0.0416),
    "t3.large": TypeInfo(2, 8192, "x86_64", 0.0832),
    "c5.large": TypeInfo(2, 4096, "x86_64", 0.085),
    "c5.xlarge": TypeInfo(4, 8192, "x86_64", 0.17),
    "c6i.large": TypeInfo(2, 4096, "x86_64", 0.085),
    "m5.large": TypeInfo(2, 8192, "x86_64", 0.096),
    "m5a.large": TypeInfo(2, 8192, "x86_64", 0.086),
    "m6i.large": TypeInfo(2, 8192, "x86_64", 0.096),
    "m5.xlarge": TypeInfo(4, 16384, "x86_64", 0.192),
    "r5.large": TypeInfo(2, 16384, "x86_64", 0.126),
    "m6g.large": TypeInfo(2, 8192, "arm64", 0.077),
    "c6g.large": TypeInfo(2, 4096, "arm64", 0.068),
}
