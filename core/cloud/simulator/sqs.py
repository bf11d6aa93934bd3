"""The SQS operations, on the queues of the simulated world."""

from core.cloud.simulator.failure import AwsError
from core.cloud.simulator.queues import Queue
from core.cloud.simulator.world import World


def _url(world: World, queue: Queue) -> str:
    return f"{world.url}/{queue.account}/{queue.name}"


def _queue(world: World, account: str, region: str, params: dict) -> Queue:
    """The queue of a QueueUrl, if it is the caller's own."""
    owner, _, name = params["QueueUrl"].rpartition("/")
    if owner.rpartition("/")[2] != account:
        raise AwsError("AccessDenied", "Access to the resource is denied.", 403)
    return world.queues.find(account, region, name)


def _create_queue(world: World, account: str, region: str, params: dict) -> dict:
    queue = world.queues.create(account, region, params["QueueName"], params.get("Attributes", {}))
    world.changed()
    return {"QueueUrl": _url(world, queue)}


def _get_queue_url(world: World, account: str, region: str, params: dict) -> dict:
    return {"QueueUrl": _url(world, world.queues.find(account, region, params["QueueName"]))}


def _get_queue_attributes(world: World, account: str, region: str, params: dict) -> dict:
    figures = _queue(world, account, region, params).figures(world.now())
    wanted = params.get("AttributeNames", [])
    return {"Attributes": {name: value for name, value in figures.items() if "All" in wanted or name in wanted}}


def _send_message(world: World, account: str, region: str, params: dict) -> dict:
    queue = _queue(world, account, region, params)
    message = world.queues.send(queue.arn, params["MessageBody"], float(params.get("DelaySeconds", 0)))
    world.changed()
    return {"MessageId": message.id, "MD5OfMessageBody": message.shown()["MD5OfBody"]}


def _receive_message(world: World, account: str, region: str, params: dict) -> dict:
    """Called without the world's lock, because it waits."""
    queue = _queue(world, account, region, params)
    wait = float(params.get("WaitTimeSeconds", queue.attributes["ReceiveMessageWaitTimeSeconds"]))
    visibility = float(params.get("VisibilityTimeout", queue.attributes["VisibilityTimeout"]))
    if not 0 <= wait <= 20 or not 1 <= int(params.get("MaxNumberOfMessages", 1)) <= 10:
        raise AwsError("InvalidParameterValue", "WaitTimeSeconds is 0 to 20, MaxNumberOfMessages 1 to 10.")
    taken = world.queues.receive(queue, int(params.get("MaxNumberOfMessages", 1)), wait, visibility)
    world.changed()
    return {"Messages": [message.shown() for message in taken]} if taken else {}


def _delete_message(world: World, account: str, region: str, params: dict) -> dict:
    world.queues.delete(_queue(world, account, region, params), params["ReceiptHandle"])
    world.changed()
    return {}


def _delete_message_batch(world: World, account: str, region: str, params: dict) -> dict:
    queue = _queue(world, account, region, params)
    for entry in params["Entries"]:
        world.queues.delete(queue, entry["ReceiptHandle"])
    world.changed()
    return {"Successful": [{"Id": entry["Id"]} for entry in params["Entries"]], "Failed": []}


def _change_message_visibility(world: World, account: str, region: str, params: dict) -> dict:
    queue = _queue(world, account, region, params)
    world.queues.change_visibility(queue, params["ReceiptHandle"], float(params["VisibilityTimeout"]))
    return {}


SQS = {
    "CreateQueue": _create_queue,
    "GetQueueUrl": _get_queue_url,
    "GetQueueAttributes": _get_queue_attributes,
    "SendMessage": _send_message,
    "ReceiveMessage": _receive_message,
    "DeleteMessage": _delete_message,
    "DeleteMessageBatch": _delete_message_batch,
    "ChangeMessageVisibility": _change_message_visibility,
}
