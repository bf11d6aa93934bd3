"""The agent's own signer makes, byte for byte, what botocore makes."""

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Theirs

from agent.sigv4 import Credentials, signed_headers

AT = 1767225600.0  # 2026-01-01T00:00:00Z
BODIES = [b"", b"Action=DescribeInstances&Version=2016-11-15", b"UserData=IyEvYmluL2Jhc2g%3D&Name=a+b%2Fc%C3%A4", b"x" * 16384]


@pytest.mark.parametrize("body", BODIES, ids=["empty", "short", "escaped", "long"])
@pytest.mark.parametrize("url", ["https://ec2.eu-west-1.amazonaws.com/", "http://127.0.0.1:4566/"])
def test_a_signature_is_the_one_that_botocore_makes(url, body):
    ours = signed_headers(url, "eu-west-1", "ec2", body, Credentials("ASIA1", "secret/+", "token=="), AT)

    assert ours["Authorization"] == theirs(url, body, ours)


def test_another_body_has_another_signature():
    one, other = (signed_headers("http://h/", "r", "ec2", body, Credentials("k", "s", "t"), AT)["Authorization"] for body in (b"a", b"b"))

    assert one != other


def theirs(url: str, body: bytes, headers: dict[str, str]) -> str:
    sent = {name: value for name, value in headers.items() if name not in ("Authorization", "host")}
    request = AWSRequest("POST", url, data=body, headers=sent)
    request.context["timestamp"] = headers["x-amz-date"]
    signer = SigV4Auth(Theirs("ASIA1", "secret/+", "token=="), "ec2", "eu-west-1")
    text = signer.string_to_sign(request, signer.canonical_request(request))
    names = signer.signed_headers(signer.headers_to_sign(request))
    return f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={names}, Signature={signer.signature(text, request)}"
