// Approve or reject, after the consequence was read. A refusal is told with what moved.
import { Box, Button, Group, Modal, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { Drift } from "./Drift.jsx";
import { useDecision } from "../../hooks/usePlans.js";
import { Problem } from "../Problem.jsx";

const WORDS = {
  approve: {
    title: (name) => `Move ${name}?`,
    text: (plan) =>
      `A new instance is launched and billed in ${plan.target_pool_id}. Once it is ready, ${plan.agent_name} is without service` +
      " while the two hosts change over, usually a second or two. The old instance is ended after its wait.",
    yes: (name) => `Move ${name}`,
  },
  reject: {
    title: (name) => `Leave ${name} where it is?`,
    text: () => "Nothing is changed, and no move of this workload is proposed for six hours.",
    yes: () => "Reject the plan",
  },
};

export function Decide({ plan, verb, onClose }) {
  const [reason, setReason] = useState("");
  const decide = useDecision();
  if (!verb) return null;
  const words = WORDS[verb];
  const name = plan.agent_name;
  const close = () => {
    decide.reset();
    onClose();
  };
  const act = () => decide.mutate({ verb, planId: plan.plan_id, reason: reason || null }, { onSuccess: close });
  return (
    <Modal opened onClose={close} title={<strong>{words.title(name)}</strong>} centered closeButtonProps={{ "aria-label": "Close" }}>
      <Text size="sm">{words.text(plan)}</Text>
      {verb === "reject" && (
        <TextInput mt="md" label="Why, for those who read it later" value={reason} maxLength={200} onChange={(event) => setReason(event.currentTarget.value)} />
      )}
      {decide.isError && <Refusal error={decide.error} />}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close}>
          Leave it
        </Button>
        <Button loading={decide.isPending} onClick={act} disabled={decide.isError} data-autofocus>
          {words.yes(name)}
        </Button>
      </Group>
    </Modal>
  );
}

function Refusal({ error }) {
  return (
    <Box mt="md">
      <Problem>
        <span>{error.message}</span>
        {error.details?.drift && <Drift drift={error.details.drift} />}
      </Problem>
    </Box>
  );
}
