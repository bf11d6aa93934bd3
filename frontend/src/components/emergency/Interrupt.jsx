// On the simulated AWS: let it announce the end of the PRIMARY, or only a raised risk. Says first what will happen.
import { Box, Button, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBolt } from "@tabler/icons-react";
import { useState } from "react";

import { useInterrupt } from "../../hooks/useFleet.js";
import { useSession } from "../../hooks/useSession.jsx";
import { Problem } from "../Problem.jsx";
import { Sentence } from "../Sentence.jsx";

const KINDS = {
  interruption: {
    button: "Interrupt",
    title: (name) => `Interrupt ${name}?`,
    text: (id) =>
      `The simulated AWS announces that it will take ${id} in two minutes.` +
      ` Its workload is carried to another instance, and ${id} is ended. Nothing is billed.`,
    yes: (name) => `Interrupt ${name}`,
  },
  rebalance: {
    button: "Recommend rebalance",
    title: (name) => `Recommend a rebalance of ${name}?`,
    text: (id) =>
      `The simulated AWS reports a raised risk for ${id}.` +
      ` A replica is launched and stands by for up to six hours; the workload stays where it is.`,
    yes: () => "Recommend it",
  },
};

export function Interrupt({ agent }) {
  const { simulated, isAdmin } = useSession();
  const [kind, setKind] = useState("interruption");
  const [open, { open: show, close }] = useDisclosure();
  const interrupt = useInterrupt();
  if (!simulated || isAdmin || !agent.primary?.ec2_instance_id) return null;
  const ask = (chosen) => {
    setKind(chosen);
    interrupt.reset();
    show();
  };
  // While AWS is already taking the instance there is nothing to announce; the sentence beside the buttons says so.
  // They stay focusable, so that the keyboard is not lost where the dialog closes.
  const taken = agent.notice_status === "termination";
  const pressed = (onClick) => ({
    "data-disabled": taken || undefined,
    "aria-disabled": taken,
    onClick: taken ? undefined : onClick,
  });
  const act = () => interrupt.mutate({ instanceId: agent.primary.instance_id, kind }, { onSuccess: close });
  return (
    <Group gap="xs">
      <Button variant="default" {...pressed(() => ask("rebalance"))}>
        {KINDS.rebalance.button}
      </Button>
      <Button leftSection={<IconBolt size={16} aria-hidden />} {...pressed(() => ask("interruption"))}>
        {KINDS.interruption.button}
      </Button>
      <Modal
        opened={open}
        onClose={close}
        title={<strong>{KINDS[kind].title(agent.logical_name)}</strong>}
        centered
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <Text size="sm">
          <Sentence>{KINDS[kind].text(agent.primary.ec2_instance_id)}</Sentence>
        </Text>
        {interrupt.isError && (
          <Box mt="md">
            <Problem>{interrupt.error.message}</Problem>
          </Box>
        )}
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close}>
            Leave it
          </Button>
          <Button loading={interrupt.isPending} onClick={act} data-autofocus>
            {KINDS[kind].yes(agent.logical_name)}
          </Button>
        </Group>
      </Modal>
    </Group>
  );
}
