// Replicas that live now, and what a person may do with them: launch, promote, end. Each button says first what follows.
import { Button, Group } from "@mantine/core";
import { useState } from "react";

import classes from "./Replicas.module.css";
import { useEndReplica, useLaunchReplica, usePromote } from "../../hooks/useWorkload.js";
import { seconds } from "../../services/format.js";
import { STANDBY } from "../../theme.js";
import { Ask } from "../Ask.jsx";
import { Sentence } from "../Sentence.jsx";
import { Time } from "../Time.jsx";

export function Replicas({ agent, replicas }) {
  const live = replicas.filter(({ ended_at: ended }) => !ended);
  return (
    <div className={classes.body}>
      {live.map((replica) => (
        <Replica key={replica.replica_id} agent={agent} replica={replica} />
      ))}
      {live.length === 0 && <p className={classes.nothing}>{nothing(agent)}</p>}
      {agent.config.mode === "manual_replica" && !live.some(({ mode }) => mode === "manual") && <Launch agent={agent} />}
    </div>
  );
}

function nothing({ config }) {
  if (config.mode === "manual_replica") return "No replica stands by. Launch one, and promote it when you want to move.";
  if (config.mode === "observe") return "No replica, and none will come: this workload is only observed.";
  return "No replica is needed. In an emergency one is launched by itself.";
}

function Launch({ agent }) {
  const [open, setOpen] = useState(false);
  const launch = useLaunchReplica(agent.agent_id);
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Launch a replica
      </Button>
      <Ask
        open={open}
        onClose={() => setOpen(false)}
        title={`Launch a replica of ${agent.logical_name}?`}
        text="It is launched in the best pool of this moment and stands by, billed, until you promote or end it. The workload stays where it is."
        yes="Launch it"
        act={launch}
        onYes={(close) => launch.mutate(undefined, { onSuccess: close })}
      />
    </>
  );
}

function Replica({ agent, replica }) {
  const name = replica.ec2_instance_id ?? "the replica being launched";
  return (
    <div className={classes.replica}>
      <div>
        <p className={classes.name}>
          <Sentence>{name}</Sentence>
        </p>
        <p className={classes.facts}>
          {STANDBY[replica.status] ?? replica.status} · {replica.instance_type} in {replica.az_id} ·{" "}
          {replica.mode === "manual" ? "launched by hand" : "for an emergency"}
        </p>
        <p className={classes.facts}>
          boot {seconds(replica.boot_time_seconds)} · stands by until{" "}
          {replica.expires_at ? <Time at={replica.expires_at} precise /> : "you end it"}
        </p>
      </div>
      <Group gap="xs">
        <Promote agent={agent} replica={replica} name={name} />
        <End agent={agent} replica={replica} name={name} />
      </Group>
    </div>
  );
}

// While it is not ready the button stays in reach of the keyboard and says why nothing happens.
function Promote({ agent, replica, name }) {
  const [open, setOpen] = useState(false);
  const promote = usePromote(agent.agent_id);
  const ready = replica.status === "ready";
  return (
    <>
      <Button
        size="sm"
        data-disabled={!ready || undefined}
        aria-disabled={!ready}
        title={ready ? undefined : "It is not ready yet"}
        onClick={ready ? () => setOpen(true) : undefined}
      >
        Promote
      </Button>
      <Ask
        open={open}
        onClose={() => setOpen(false)}
        title={`Promote ${name}?`}
        text={
          `${agent.logical_name} moves to ${name} now: the workload on ${agent.primary.ec2_instance_id} is stopped, then started` +
          ` on ${name}, about a second later. ${agent.primary.ec2_instance_id} is ended after its wait.`
        }
        yes={`Move ${agent.logical_name}`}
        act={promote}
        onYes={(close) => promote.mutate({ replicaId: replica.replica_id, epoch: agent.epoch }, { onSuccess: close })}
      />
    </>
  );
}

function End({ agent, replica, name }) {
  const [open, setOpen] = useState(false);
  const end = useEndReplica(agent.agent_id);
  const needed = agent.notice_status !== "none";
  return (
    <>
      <Button size="sm" variant="default" onClick={() => setOpen(true)}>
        End
      </Button>
      <Ask
        open={open}
        onClose={() => setOpen(false)}
        title={`End ${name}?`}
        text={
          `${name} is terminated and no longer billed.` +
          (needed ? ` AWS has announced something for ${agent.logical_name}: without a replica it may be away for longer.` : "")
        }
        yes="End it"
        act={end}
        onYes={(close) => end.mutate(replica.replica_id, { onSuccess: close })}
        danger
      />
    </>
  );
}
