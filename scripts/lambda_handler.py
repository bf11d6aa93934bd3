"""A function for AWS Lambda that carries events to the server: zip this file alone, nothing else is needed.

It is told SPOTOPT_URL and SPOTOPT_EVENT_KEY (from POST /api/events/keys). Called by EventBridge it raises when the
server does not take the event, so that Lambda tries again. Called with a batch of SQS it names the messages that
were not taken; the mapping must have ReportBatchItemFailures on, or those would be deleted as well.
"""

import hashlib
import hmac
import json
import os
import time
import urllib.error
import urllib.request

SECONDS = 8


def lambda_handler(event: dict, context: object) -> dict:
    """Carry one event, or each record of a batch by itself."""
    if "Records" not in event:
        return post(event)
    failed = [record.get("messageId", "") for record in event["Records"] if not _carried(record)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _carried(record: dict) -> bool:
    """Whether the server took this record; one it cannot read is taken as well, and buried there."""
    body = record["body"] if "body" in record else record.get("Sns", {}).get("Message", "")
    try:
        post({"Records": [{"body": body}]})
    except OSError:
        return False
    return True


def post(event: dict) -> dict:
    """What the server answered; OSError (urllib's errors are) when it did not take the event."""
    body, key = json.dumps(event).encode(), os.environ["SPOTOPT_EVENT_KEY"]
    at = int(time.time())
    mac = hmac.new(key.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json", "X-SpotOpt-Key": key.split("_")[1], "X-SpotOpt-Signature": f"t={at},v1={mac}",
    }  # fmt: skip
    request = urllib.request.Request(f"{os.environ['SPOTOPT_URL']}/api/events/aws", body, headers, method="POST")
    with urllib.request.urlopen(request, timeout=SECONDS) as reply:
        return json.loads(reply.read())["data"]
