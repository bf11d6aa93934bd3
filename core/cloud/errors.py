"""AWS's error codes as sets: what each answer of EC2 lets us conclude.

Sources: karpenter-provider-aws pkg/errors, botocore retries/standard, aws-parallelcluster-node, the EC2 API error page.
"""

from enum import StrEnum

NO_CAPACITY = frozenset({
    "InsufficientInstanceCapacity", "UnfulfillableCapacity", "InsufficientHostCapacity", "InsufficientReservedInstanceCapacity",
})  # fmt: skip
RESERVATION_FULL = frozenset({"ReservationCapacityExceeded"})
WRONG_PLACE = frozenset({"Unsupported", "InsufficientFreeAddressesInSubnet"})
QUOTA = frozenset({"MaxSpotInstanceCountExceeded", "VcpuLimitExceeded", "InstanceLimitExceeded", "MaxFleetCountExceeded"})
PRICE_CAP = frozenset({"SpotMaxPriceTooLow"})
THROTTLED = frozenset({
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "TooManyRequestsException",
    "ProvisionedThroughputExceededException", "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException",
    "RequestThrottled", "SlowDown", "EC2ThrottledException",
})  # fmt: skip
UNKNOWN_OUTCOME = frozenset({
    "TransactionInProgressException", "PriorRequestNotComplete", "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalFailure", "Unavailable", "ServiceUnavailable",
})  # fmt: skip
TOKEN_REUSED = frozenset({"IdempotentParameterMismatch"})
NOT_ALLOWED = frozenset({
    "UnauthorizedOperation", "AccessDenied", "AuthFailure", "Blocked", "OptInRequired", "PendingVerification",
    "AuthFailure.ServiceLinkedRoleCreationNotPermitted",
})  # fmt: skip
STALE_CREDENTIALS = frozenset({
    "ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClientException",
})  # fmt: skip
NOT_FOUND = frozenset({"InvalidInstanceID.NotFound"})
WRONG_STATE = frozenset({"IncorrectInstanceState", "IncorrectState", "OperationNotPermitted", "UnsupportedOperation"})


class Answer(StrEnum):
    """What we know after a call."""

    DONE = "done"
    NO_CAPACITY = "no_capacity"  # definite: the pool is remembered, the next candidate is tried
    QUOTA = "quota"  # definite: the account is remembered, never the pool
    WRONG_PLACE = "wrong_place"  # definite: not the spot pool's fault
    DEAD_REPLAY = "dead_replay"  # the token's machine has ended already: next attempt
    UNKNOWN = "unknown"  # same token, later
    THROTTLED = "throttled"  # turned away at the door: nothing was done; same token, later
    TOKEN_REUSED = "token_reused"  # a bug of ours: adopt what the token made
    NOT_ALLOWED = "not_allowed"  # the account is degraded
    STALE_CREDENTIALS = "stale_credentials"  # once more with a new session
    GONE = "gone"  # there is no such instance
    WRONG_STATE = "wrong_state"
    INVALID = "invalid"  # our request is wrong; no pool is blamed


_CLASSES = (
    (NO_CAPACITY, Answer.NO_CAPACITY),
    (RESERVATION_FULL | WRONG_PLACE, Answer.WRONG_PLACE),
    (QUOTA, Answer.QUOTA),
    (THROTTLED, Answer.THROTTLED),
    (UNKNOWN_OUTCOME, Answer.UNKNOWN),
    (TOKEN_REUSED, Answer.TOKEN_REUSED),
    (NOT_ALLOWED, Answer.NOT_ALLOWED),
    (STALE_CREDENTIALS, Answer.STALE_CREDENTIALS),
    (NOT_FOUND, Answer.GONE),
    (WRONG_STATE, Answer.WRONG_STATE),
)


def classify(code: str, http_status: int = 400) -> Answer:
    """The class of an error code; prefixes of text outputs are stripped, 5xx without a known code is unknown."""
    code = code.removeprefix("Client.").removeprefix("Server.")
    for codes, answer in _CLASSES:
        if code in codes:
            return answer
    return Answer.UNKNOWN if http_status >= 500 else Answer.INVALID
