// A model's manifest and weights; the reply shows each check it passed or failed.
import { Button, FileInput, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { Checks } from "./Checks.jsx";
import { useModelUpload } from "../../hooks/useModels.js";
import { Problem } from "../Problem.jsx";

export function Upload({ opened, onClose }) {
  const [manifest, setManifest] = useState(null);
  const [weights, setWeights] = useState(null);
  const upload = useModelUpload();
  const close = () => {
    upload.reset();
    setManifest(null);
    setWeights(null);
    onClose();
  };
  const send = async (event) => {
    event.preventDefault();
    upload.mutate({ manifest: await manifest.text(), weights });
  };
  return (
    <Modal opened={opened} onClose={close} title={<strong>Upload a model</strong>} centered closeButtonProps={{ "aria-label": "Close" }}>
      <form onSubmit={send}>
        <Stack gap="md">
          <Text size="sm" c="var(--quiet)">
            The manifest names the model, the numbers it takes and its golden vectors. Weights are arrays (.npz or JSON) or XGBoost’s JSON; a
            pickle is never opened. docs/MODELS.md shows both.
          </Text>
          <FileInput label="Manifest" placeholder="manifest.json" accept=".json" value={manifest} onChange={setManifest} required />
          <FileInput label="Weights" placeholder="weights.npz or .json" accept=".npz,.json" value={weights} onChange={setWeights} required />
          {upload.isError && <Problem title="Refused">{refusal(upload.error)}</Problem>}
          {upload.data && <Checks model={upload.data} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {upload.data ? "Close" : "Cancel"}
            </Button>
            <Button type="submit" loading={upload.isPending} disabled={!manifest || !weights}>
              Upload and check
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function refusal({ message, details }) {
  const fields = Object.entries(details?.fields ?? {}).map(([name, said]) => `${name}: ${[said].flat().map(String).join(", ")}`);
  return [message, ...fields].join(" ");
}
