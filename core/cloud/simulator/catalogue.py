"""A small part of EC2's catalogue: sizes and EBS bandwidth as AWS publishes them, on-demand prices of us-east-1 (USD per hour)."""

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
    ebs_mbps: int
    gpus: int = 0
    instance_store_gb: int = 0


TYPES = {
    "t3.medium": TypeInfo(2, 4096, "x86_64", 0.0416, 347),
    "t3.large": TypeInfo(2, 8192, "x86_64", 0.0832, 695),
    "c5.large": TypeInfo(2, 4096, "x86_64", 0.085, 650),
    "c5.xlarge": TypeInfo(4, 8192, "x86_64", 0.17, 1150),
    "c6i.large": TypeInfo(2, 4096, "x86_64", 0.085, 650),
    "m5.large": TypeInfo(2, 8192, "x86_64", 0.096, 650),
    "m5a.large": TypeInfo(2, 8192, "x86_64", 0.086, 650),
    "m6i.large": TypeInfo(2, 8192, "x86_64", 0.096, 650),
    "m5.xlarge": TypeInfo(4, 16384, "x86_64", 0.192, 1150),
    "r5.large": TypeInfo(2, 16384, "x86_64", 0.126, 650),
    "m6g.large": TypeInfo(2, 8192, "arm64", 0.077, 630),
    "c6g.large": TypeInfo(2, 4096, "arm64", 0.068, 630),
}
