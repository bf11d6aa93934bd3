"""What an emergency may launch: at least what is lost, of everything that the catalogue knows."""

from datetime import UTC, datetime

import pytest

from core.cloud.prices import Size, size_of
from core.domain.pools import LONG_AGO, Need, Pool, emergency_candidates, holds

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LOST = {"gpus": 1, "ebs_mbps": 950, "instance_store_gib": 116}


def pool(kind: str, **known) -> Pool:
    return Pool(f"use1-az1:{kind}:linux", "us-east-1", "use1-az1", kind, 4, 16384, "x86_64", 0.1, LONG_AGO, LONG_AGO, LONG_AGO, **known)


MODEL = pool("g4dn.xlarge", **LOST)
NEED = Need(MODEL.pool_id, "use1-az1", "g4dn.xlarge", 0.526)


@pytest.mark.parametrize("less", [{"gpus": 0}, {"ebs_mbps": 949}, {"instance_store_gib": 115}])
def test_an_emergency_launches_nothing_that_has_less_of_what_a_machine_is_made_of(less):
    smaller, equal = pool("m5.xlarge", **{**LOST, **less}), pool("g5.xlarge", **LOST)

    found = [one.instance_type for one in emergency_candidates(NEED, [MODEL, smaller, equal], set(), NOW) if one.lifecycle == "spot"]

    assert sorted(found) == ["g4dn.xlarge", "g5.xlarge"]
    assert not holds(smaller, MODEL) and holds(equal, MODEL)


@pytest.mark.parametrize("name", LOST)
def test_what_the_catalogue_does_not_tell_keeps_nobody_out(name):
    assert holds(pool("m5.xlarge", **{**LOST, name: None}), MODEL)
    assert holds(pool("m5.xlarge", **{**LOST, name: 0}), pool("g4dn.xlarge", **{**LOST, name: None}))


BARE = {"VCpuInfo": {"DefaultVCpus": 4}, "MemoryInfo": {"SizeInMiB": 16384}, "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]}}
RICH = {
    "GpuInfo": {"Gpus": [{"Name": "T4", "Count": 1}, {"Name": "A10G", "Count": 4}]}, "InstanceStorageInfo": {"TotalSizeInGB": 125},
    "EbsInfo": {"EbsOptimizedInfo": {"BaselineBandwidthInMbps": 950, "MaximumBandwidthInMbps": 3500}},
}  # fmt: skip


def test_a_types_equipment_is_read_as_ec2_describes_it_and_what_is_left_out_is_none():
    assert size_of({**BARE, **RICH}) == Size(4, 16384, "x86_64", gpus=5, ebs_mbps=950, instance_store_gib=116)
    assert size_of(BARE) == Size(4, 16384, "x86_64", gpus=0, ebs_mbps=None, instance_store_gib=0)
