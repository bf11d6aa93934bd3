// The life of one machine in sentences: its roles, its orders, its workload, its notices.
import { Modal } from "@mantine/core";

import { useInstanceLog } from "../../hooks/useWorkload.js";
import { Card } from "../cards/Card.jsx";
import { Entries } from "../emergency/Timeline.jsx";

const EMPTY = { when: ({ log }) => log.length === 0, title: "Nothing yet", text: "What happens to this machine is written here." };

export function InstanceLog({ instance, onClose }) {
  const state = useInstanceLog(instance?.instance_id);
  return (
    <Modal
      opened={Boolean(instance)}
      onClose={onClose}
      title={<strong>Log of {instance?.ec2_instance_id ?? "the instance being launched"}</strong>}
      size="lg"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Card state={state} empty={EMPTY}>
        {({ log }) => <Entries entries={log.map(({ at, sentence }) => ({ at, text: `${sentence}.` }))} />}
      </Card>
    </Modal>
  );
}
