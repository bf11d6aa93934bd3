// A new client organisation. Its token is shown once: whoever closes the dialog without it makes another client.
import { Box, Button, Group, Modal, TextInput } from "@mantine/core";
import { useState } from "react";

import { useNewClient } from "../../hooks/useAdmin.js";
import { Problem } from "../Problem.jsx";
import { ShownOnce } from "../settings/Secret.jsx";

export function NewClient({ opened, onClose }) {
  const making = useNewClient();
  const close = () => {
    making.reset();
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={making.data ? `${making.data.client.name} is a client now` : "New client"}
      closeButtonProps={{ "aria-label": "Close" }}
      closeOnClickOutside={!making.data}
      centered
    >
      {making.data ? <ShownOnce text="This is its token." secret={making.data.token} onClose={close} /> : <Form making={making} />}
    </Modal>
  );
}

function Form({ making }) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const submit = (event) => {
    event.preventDefault();
    making.mutate({ name: name.trim(), email: email.trim() });
  };
  return (
    <form onSubmit={submit}>
      <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={120} data-autofocus required />
      <TextInput
        mt="sm"
        type="email"
        label="E-mail"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        maxLength={254}
        required
      />
      {making.isError && (
        <Box mt="md">
          <Problem>{reasons(making.error)}</Problem>
        </Box>
      )}
      <Group mt="lg" justify="flex-end">
        <Button type="submit" loading={making.isPending}>
          Create client
        </Button>
      </Group>
    </form>
  );
}

// What the server said of each field, else what went wrong.
function reasons({ message, details }) {
  const fields = Object.entries(details?.fields ?? {});
  return fields.length ? fields.map(([field, told]) => `${field}: ${[told].flat().join(", ")}`).join("; ") : message;
}
