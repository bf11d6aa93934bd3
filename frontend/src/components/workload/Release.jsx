// Taking a workload out of care: there is no way back but to enrol its host anew, so its name is asked for.
import { Button } from "@mantine/core";
import { useState } from "react";
import { useNavigate } from "react-router";

import classes from "./Replicas.module.css";
import { useRelease } from "../../hooks/useWorkload.js";
import { Ask } from "../Ask.jsx";

export function Release({ agent }) {
  const [open, setOpen] = useState(false);
  const [release, navigate] = [useRelease(agent.agent_id), useNavigate()];
  return (
    <div className={classes.body}>
      <p className={classes.nothing}>Its instance runs on as plain inventory. Nothing about it is watched or replaced any more.</p>
      <Button variant="default" onClick={() => setOpen(true)}>
        Take out of care
      </Button>
      <Ask
        open={open}
        onClose={() => setOpen(false)}
        title={`Take ${agent.logical_name} out of care?`}
        text={
          `${agent.primary?.ec2_instance_id ?? "Its instance"} runs on; replicas and former instances are ended.` +
          " Its agent can no longer speak to this server. To come back, the host enrols anew."
        }
        yes="Take it out of care"
        name={agent.logical_name}
        act={release}
        onYes={() => release.mutate(undefined, { onSuccess: () => navigate("/") })}
        danger
      />
    </div>
  );
}
