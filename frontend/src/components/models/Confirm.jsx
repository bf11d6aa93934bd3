// Says what will follow before anything is done.
import { Button, Group, Modal, Text } from "@mantine/core";

import { CONSEQUENCES } from "./words.js";
import { useModelAct } from "../../hooks/useModels.js";
import { Problem } from "../Problem.jsx";

// `act`: { verb, model }, or null while nothing is asked.
export function Confirm({ act, onClose }) {
  const change = useModelAct();
  if (!act) return null;
  const words = CONSEQUENCES[act.verb];
  const label = `${act.model.name} ${act.model.version}`;
  const close = () => {
    change.reset();
    onClose();
  };
  return (
    <Modal opened onClose={close} title={<strong>{words.title(label)}</strong>} centered closeButtonProps={{ "aria-label": "Close" }}>
      <Text size="sm">{words.text(label)}</Text>
      {change.isError && <Problem>{change.error.message}</Problem>}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close}>
          Leave it
        </Button>
        <Button
          loading={change.isPending}
          data-autofocus
          onClick={() => change.mutate({ verb: act.verb, modelId: act.model.model_id }, { onSuccess: close })}
        >
          {words.yes}
        </Button>
      </Group>
    </Modal>
  );
}
