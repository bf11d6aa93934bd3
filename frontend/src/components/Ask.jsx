// Before something happens: what, to whom, with what consequence. What cannot be undone asks for its name.
import { Box, Button, Group, Modal, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { Problem } from "./Problem.jsx";
import { Sentence } from "./Sentence.jsx";

// `act` is a mutation; `onYes` runs it. `name` is asked for where there is no way back.
export function Ask({ open, onClose, title, text, yes, act, onYes, name, danger = false }) {
  const [typed, setTyped] = useState("");
  const close = () => {
    setTyped("");
    act.reset();
    onClose();
  };
  const submit = (event) => {
    event.preventDefault();
    onYes(close);
  };
  return (
    <Modal opened={open} onClose={close} title={<strong>{title}</strong>} centered closeButtonProps={{ "aria-label": "Close" }}>
      <form onSubmit={submit}>
        <Text size="sm" component="div">
          <Sentence>{text}</Sentence>
        </Text>
        {name && (
          <TextInput
            mt="md"
            label={`Type ${name} to go on`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        )}
        {act.isError && (
          <Box mt="md">
            <Problem>{act.error.message}</Problem>
          </Box>
        )}
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close}>
            Leave it
          </Button>
          <Button
            type="submit"
            color={danger ? "red" : undefined}
            loading={act.isPending}
            disabled={Boolean(name) && typed.trim() !== name}
            data-autofocus={name ? undefined : true}
          >
            {yes}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
