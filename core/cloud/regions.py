"""Which regions AWS has, as far as botocore knows their names and how names are made."""

from functools import cache

import boto3
from botocore.exceptions import UnknownRegionError


@cache
def is_region(name: str) -> bool:
    """Whether it is, or could be, a region of some partition; nothing is asked of AWS."""
    try:
        return bool(boto3.Session().get_partition_for_region(name))
    except UnknownRegionError:
        return False
