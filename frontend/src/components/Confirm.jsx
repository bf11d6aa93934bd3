// Asks before something is done: names the object and the consequence, and takes a reason where one is kept.
import { Box, Button, Group, Modal, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { Problem } from "./Problem.jsx";

const SHORTEST_REASON = 3;

// `ask`: null, or { title, text, yes, reason, danger }. `doing` is the mutation; `onYes` gets the reason.
export function Confirm({ ask, doing, onYes, onClose }) {
  const [reason, setReason] = useState("");
  const close = () => {
    setReason("");
    doing.reset();
    onClose();
  };
  const submit = (event) => {
    event.preventDefault();
    onYes(reason.trim(), close);
  };
  const lacks = ask?.reason && reason.trim().length < SHORTEST_REASON;
  return (
    <Modal opened={ask != null} onClose={close} title={ask?.title} closeButtonProps={{ "aria-label": "Close" }} centered>
      <form onSubmit={submit}>
        <Text size="sm">{ask?.text}</Text>
        {ask?.reason && (
          <TextInput
            mt="md"
            label="Why"
            description="Kept in the audit log with your name."
            descriptionProps={{ c: "var(--quiet)" }}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={255}
            data-autofocus
            required
          />
        )}
        {doing.isError && (
          <Box mt="md">
            <Problem>{doing.error.message}</Problem>
          </Box>
        )}
        <Group mt="lg" justify="flex-end">
          <Button variant="default" onClick={close}>
            Leave it
          </Button>
          <Button type="submit" color={ask?.danger ? "red" : undefined} loading={doing.isPending} disabled={lacks}>
            {ask?.yes}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
