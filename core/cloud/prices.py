"""What machines cost and how large they are, as AWS publishes it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from core import errors
from core.cloud.aws import Ec2

PRICING_REGION = "us-east-1"  # the Price List API answers for every region there
PRODUCT = "Linux/UNIX"


@dataclass(frozen=True)
class Size:
    vcpus: int
    memory_mib: int
    arch: str


@dataclass(frozen=True)
class Catalogue:
    """The instance types of a region, and its AZ names with the ids that mean the same in every account."""

    types: Mapping[str, Size]
    zones: Mapping[str, str]


@dataclass(frozen=True)
class SpotPrice:
    az: str
    instance_type: str
    usd_per_hour: float
    at: datetime


def fetch_catalogue(ec2: Ec2, region: str) -> Catalogue:
    client = ec2.client("ec2", region)
    try:
        zones = client.describe_availability_zones()["AvailabilityZones"]
        pages = client.get_paginator("describe_instance_types").paginate()
        rows = [row for page in pages for row in page["InstanceTypes"]]
    except (ClientError, BotoCoreError) as error:
        raise errors.Unavailable(f"EC2's catalogue of {region} cannot be read: {error}") from error
    return Catalogue({row["InstanceType"]: _size(row) for row in rows}, {zone["ZoneName"]: zone["ZoneId"] for zone in zones})


def _size(row: Mapping) -> Size:
    return Size(row["VCpuInfo"]["DefaultVCpus"], row["MemoryInfo"]["SizeInMiB"], row["ProcessorInfo"]["SupportedArchitectures"][0])


def fetch_spot(ec2: Ec2, region: str, types: list[str]) -> list[SpotPrice]:
    """The price in force of each pool: from now on, EC2 answers the newest change before now."""
    pages = ec2.client("ec2", region).get_paginator("describe_spot_price_history")
    newest: dict[tuple[str, str], SpotPrice] = {}
    try:
        for page in pages.paginate(InstanceTypes=types, ProductDescriptions=[PRODUCT], StartTime=datetime.now(UTC)):
            for row in page["SpotPriceHistory"]:
                price = SpotPrice(row["AvailabilityZone"], row["InstanceType"], float(row["SpotPrice"]), row["Timestamp"])
                kept = newest.setdefault((price.az, price.instance_type), price)
                if price.at > kept.at:
                    newest[price.az, price.instance_type] = price
    except (ClientError, BotoCoreError) as error:
        raise errors.Unavailable(f"spot prices of {region} cannot be read: {error}") from error
    return list(newest.values())


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
        raise errors.Unavailable(f"on-demand prices of {region} cannot be read: {error}") from error
    return found


def _on_demand(product: Mapping) -> tuple[str, float]:
    term = next(iter(product["terms"]["OnDemand"].values()))
    dimension = next(iter(term["priceDimensions"].values()))
    return product["product"]["attributes"]["instanceType"], float(dimension["pricePerUnit"]["USD"])
