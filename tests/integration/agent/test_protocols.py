"""K-33: agents of the last two protocols are understood. The conversation of version 1 was recorded from agent 0.1.0."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent import PROTOCOL
from core.agents import commands, enrolment
from core.execution.actions import join_token
from routes.agents import PROTOCOLS
from tests.integration.conftest import Api, data_of, error_of
from tests.world import World, registration

CONVERSATION = json.loads((Path(__file__).parents[2] / "fixtures/agent_v1/conversation.json").read_text())
KINDS = {bool: "bool", int: "number", float: "number", str: "text", list: "list", dict: "object", type(None): "null"}


@dataclass
class Replay:
    """Both hosts of the recording, on today's server. The names in its paths are filled in as they become known."""

    world: World
    api: Api
    names: dict[str, str] = field(default_factory=dict)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def say(self, line: dict) -> dict:
        """The data of the reply to one recorded request; what the server must do in between is done first."""
        self._prepare(line)
        api = self.api.by(self.tokens[line["host"], line["token"]])
        path = line["path"].format(**self.names)
        reply = api.get(path) if line["method"] == "GET" else api.post(path, line["body"])
        assert reply.status_code == line["status"], reply.data
        data = data_of(reply)
        if line["path"].endswith("/register"):
            self.names |= {"agent": data["agent_id"], "replica": data["replica_id"] or ""}
            self.tokens[line["host"], "soa_"] = f"soa_{data['agent_id']}_{line['body']['agent_secret']}"
        return data

    def _prepare(self, line: dict) -> None:
        if line["token"] == "soj_":
            self._launch(line["body"]["instance_id"])
        if "{command}" in line["path"]:
            self._order_restart()

    def _launch(self, ec2_id: str) -> None:
        """AWS has answered the launch that the rebalance notice ordered."""
        intent = self.world.one("SELECT id, attempt, instance_id FROM actions WHERE kind = 'launch'")
        self.world.execute("UPDATE actions SET state = 'done', ec2_id = %(ec2)s WHERE id = %(id)s", ec2=ec2_id, id=intent["id"])
        self.world.execute("UPDATE instances SET ec2_instance_id = %(ec2)s WHERE id = %(id)s", ec2=ec2_id, id=intent["instance_id"])
        self.tokens["second", "soj_"] = join_token(self.world.settings.install_key, intent["id"], intent["attempt"])

    def _order_restart(self) -> None:
        agent = self.world.one("SELECT id FROM agents WHERE uuid = %(uuid)s", uuid=self.names["agent"])
        give = lambda tx: commands.give(tx, agent["id"], "restart_workload", {}, actor="admin", request_id="recorded")  # noqa: E731
        self.names["command"] = self.world.db.run(give)


@pytest.fixture
def replay(world: World, api: Api) -> Replay:
    world.prices()
    shop = world.workload()
    token, _ = world.db.run(lambda tx: enrolment.issue_enrolment_token(tx, shop.client.id, shop.account_id, "admin"))
    made = Replay(world, api)
    made.tokens["first", "soe_"] = token
    return made


def test_a_recorded_conversation_of_version_1_is_understood_word_for_word(replay: Replay):
    for line in CONVERSATION:
        data = replay.say(line)

        told = {name: data.get(name) for name in line["says"]}
        assert told == line["says"], f"{line['host']} {line['path']}"
        missing = [name for name, kind in line["members"].items() if KINDS[type(data.get(name))] != kind]
        assert missing == [], f"{line['host']} {line['path']}: an agent of version 1 relies on these"


def test_a_reply_to_version_1_holds_nothing_of_version_2(replay: Replay):
    beats = [data for line in CONVERSATION if (data := replay.say(line)) and line["path"].endswith("heartbeat")]

    assert beats
    assert [data for data in beats if "failover_plan" in data] == []


def test_the_server_speaks_the_agents_version_and_the_one_before():
    assert PROTOCOLS == (PROTOCOL - 1, PROTOCOL)


@pytest.mark.parametrize("protocol", [0, 3, 99])
def test_any_other_version_is_refused_by_name(world: World, api: Api, protocol):
    shop = world.workload()
    token, _ = world.db.run(lambda tx: enrolment.issue_enrolment_token(tx, shop.client.id, shop.account_id, "admin"))
    body = registration("s" * 43, "new", "i-0123456789abcdef0", "m5.large", "use1-az6", "spot") | {"protocol": protocol}

    reply = api.by(token).post("/api/agents/register", body)

    assert error_of(reply) == (422, "VALIDATION_ERROR")
    assert "protocol" in reply.get_json()["error"]["details"]["fields"]
