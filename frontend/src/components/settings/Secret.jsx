// A secret that is shown this once.
import { Button, CopyButton, Group, Modal, Text } from "@mantine/core";

import classes from "../admin/Admin.module.css";

export function Secret({ title, text, secret, onClose }) {
  return (
    <Modal opened onClose={onClose} title={<strong>{title}</strong>} closeOnClickOutside={false} closeButtonProps={{ "aria-label": "Close" }} centered>
      <ShownOnce text={text} secret={secret} onClose={onClose} />
    </Modal>
  );
}

// The same inside a dialog that is open already.
export function ShownOnce({ text, secret, onClose }) {
  return (
    <>
      <Text size="sm" mb="sm">
        {text} It is shown this once and stored only as a fingerprint: keep it before you close.
      </Text>
      <code className={classes.token}>{secret}</code>
      <Group mt="lg" justify="flex-end">
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose}>I have it</Button>
      </Group>
    </>
  );
}
