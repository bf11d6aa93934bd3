"""What machines cost and how large they are, as AWS publishes it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError

from core.cloud.aws import Ec2, silence
from core.domain.pools import pool_id

PRICING_REGION = "us-east-1"  # the Price List API answers for every region there
PRODUCT = "Linux/UNIX"


GB_IN_GIB = 1.073741824


@dataclass(frozen=True)
class Size:
    """A type's; ``ebs_mbps`` is what its EBS bandwidth is in the long run, None where EC2 does not say."""

    vcpus: int
    memory_mib: int
    arch: str
    gpus: int = 0
    ebs_mbps: int | None = None
    instance_store_gib: int = 0


@dataclass(frozen=True)
class Catalogue:
    """The instance types of a region, and its AZ names with the ids that mean the same in every account."""

    types: Mapping[str, Size]
    zones: Mapping[str, str]
    offered: frozenset[tuple[str, str]] = frozenset()

    def pool_of(self, price: "SpotPrice") -> str | None:
        """The pool of a price; None for a type or an AZ that is not on offer here."""
        az_id = price.az_id or self.zones.get(price.az)
        is_offered = not self.offered or (az_id, price.instance_type) in self.offered
        return pool_id(az_id, price.instance_type) if az_id and price.instance_type in self.types and is_offered else None


@dataclass(frozen=True)
class SpotPrice:
    az: str
    instance_type: str
    usd_per_hour: float
    at: datetime
    az_id: str | None = None


def fetch_catalogue(ec2: Ec2, region: str) -> Catalogue:
    client = ec2.client("ec2", region)
    try:
        zones = client.describe_availability_zones()["AvailabilityZones"]
        pages = client.get_paginator("describe_instance_types").paginate()
        rows = [row for page in pages for row in page["InstanceTypes"]]
        offers = client.get_paginator("describe_instance_type_offerings").paginate(LocationType="availability-zone-id")
        offered = frozenset((row["Location"], row["InstanceType"]) for page in offers for row in page["InstanceTypeOfferings"])
    except (ClientError, BotoCoreError) as error:
        raise silence(f"EC2's catalogue of {region} cannot be read", error) from error
    zone_ids = {zone["ZoneName"]: zone["ZoneId"] for zone in zones}
    return Catalogue({row["InstanceType"]: size_of(row) for row in rows}, zone_ids, offered)


def size_of(row: Mapping) -> Size:
    """Of a row of DescribeInstanceTypes; what a type does not have is left out there."""
    gpus = sum(gpu.get("Count", 0) for gpu in row.get("GpuInfo", {}).get("Gpus", ()))
    ebs = row.get("EbsInfo", {}).get("EbsOptimizedInfo", {}).get("BaselineBandwidthInMbps")
    store = round(row.get("InstanceStorageInfo", {}).get("TotalSizeInGB", 0) / GB_IN_GIB)
    return Size(
        row["VCpuInfo"]["DefaultVCpus"], row["MemoryInfo"]["SizeInMiB"], row["ProcessorInfo"]["SupportedArchitectures"][0], gpus, ebs, store
    )


def fetch_changes(ec2: Ec2, region: str, types: list[str], since: datetime) -> list[SpotPrice]:
    """Every price change since then, page by page, and the one that was in force: EC2 answers it as the oldest of each pool."""
    pages = ec2.client("ec2", region).get_paginator("describe_spot_price_history")
    found = []
    try:
        for page in pages.paginate(InstanceTypes=types, ProductDescriptions=[PRODUCT], StartTime=since):
            found += [
                SpotPrice(row.get("AvailabilityZone", ""), row["InstanceType"], float(row["SpotPrice"]), row["Timestamp"], row.get("AvailabilityZoneId"))
                for row in page["SpotPriceHistory"]
            ]
    except (ClientError, BotoCoreError) as error:
        raise silence(f"spot prices of {region} cannot be read", error) from error
    return found


def fetch_placement_scores(ec2: Ec2, region: str, instance_type: str) -> dict[str, int]:
    """EC2's own 1 to 10 for one machine of a type, by AZ id; nothing where AWS does not let us ask."""
    try:
        answer = ec2.client("ec2", region).get_spot_placement_scores(
            InstanceTypes=[instance_type], TargetCapacity=1, SingleAvailabilityZone=True, RegionNames=[region]
        )
    except (ClientError, BotoCoreError):
        return {}
    return {row["AvailabilityZoneId"]: row["Score"] for row in answer["SpotPlacementScores"] if "AvailabilityZoneId" in row}


def fetch_on_demand(ec2: Ec2, region: str, types: list[str]) -> dict[str, float]:
    """USD per hour of shared Linux machines, by type."""
    terms = {
        "regionCode": region, "operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used",
    }  # fmt: skip
    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in terms.items()]
    pages = ec2.client("pricing", PRICING_REGION).get_paginator("get_products")
    found: dict[str, float] = {}
    try:
        for page in pages.paginate(ServiceCode="AmazonEC2", Filters=filters):
            for text in page["PriceList"]:
                name, usd = _on_demand(json.loads(text))
                if name in types:
                    found[name] = usd
    except (ClientError, BotoCoreError) as error:
        raise silence(f"on-demand prices of {region} cannot be read", error) from error
    return found


def _on_demand(product: Mapping) -> tuple[str, float]:
    term = next(iter(product["terms"]["OnDemand"].values()))
    dimension = next(iter(term["priceDimensions"].values()))
    return product["product"]["attributes"]["instanceType"], float(dimension["pricePerUnit"]["USD"])
