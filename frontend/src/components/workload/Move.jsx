// Moving a workload by hand: choose a pool, read what it would bring, then let it be done.
import { Button } from "@mantine/core";
import { Suspense, lazy, useState } from "react";

import classes from "./Replicas.module.css";

const MoveTo = lazy(() => import("./MoveTo.jsx"));

export function Move({ agent }) {
  const [open, setOpen] = useState(false);
  return (
    <div className={classes.body}>
      <p className={classes.nothing}>Choose another pool, read what the move would save and risk, and only then let it be done.</p>
      <Button variant="default" onClick={() => setOpen(true)}>
        Move it …
      </Button>
      {open && (
        <Suspense fallback={null}>
          <MoveTo agent={agent} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}
