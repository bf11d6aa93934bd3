// Asks the server for a file and lets the browser keep it.
import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";

import { Problem } from "./Problem.jsx";
import { keepFile } from "../services/money.js";

export function KeepFile({ ask, name, word = "CSV", about, size = "sm" }) {
  const keep = useMutation({ mutationFn: () => keepFile(ask(), name) });
  return (
    <>
      <Button variant="default" size={size} leftSection={<IconDownload size={16} aria-hidden />} loading={keep.isPending} aria-label={about} onClick={() => keep.mutate()}>
        {word}
      </Button>
      {keep.isError && <Problem>{keep.error.message}</Problem>}
    </>
  );
}
