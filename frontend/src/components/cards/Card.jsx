// A surface with a title that shows a query's states: loading, failed, empty, stale, ready.
import { Button, Skeleton, Stack } from "@mantine/core";

import classes from "./Card.module.css";
import { Problem } from "../Problem.jsx";

export function Card({ title, aside, state, empty, children }) {
  return (
    <section className={classes.card} aria-label={title}>
      {title && (
        <header className={classes.head}>
          <h2>{title}</h2>
          {aside}
        </header>
      )}
      <Body state={state} empty={empty}>
        {children}
      </Body>
    </section>
  );
}

function Body({ state, empty, children }) {
  if (!state) return children;
  if (state.isPending) return <Lines />;
  if (state.isError && !state.data) return <Failure error={state.error} retry={state.refetch} />;
  if (empty?.when(state.data)) return <Empty {...empty} />;
  return (
    <>
      {state.isError && <p className={classes.stale}>Shown as last known: {state.error.message}</p>}
      {children(state.data)}
    </>
  );
}

export function Lines({ count = 3 }) {
  return (
    <Stack gap="sm" p="lg" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: count }, (_, n) => (
        <Skeleton key={n} height={16} width={`${96 - 14 * n}%`} />
      ))}
    </Stack>
  );
}

const TITLES = { 403: "Not allowed", 404: "Not found" };

export function Failure({ error, retry }) {
  return (
    <div className={classes.failure}>
      <Problem title={TITLES[error.status] ?? "This could not be loaded"}>
        <span>{error.message}</span>
        {error.requestId && <span className={classes.quote}>Quote request {error.requestId} when you ask for help.</span>}
        {retry && (
          <Button mt="xs" size="sm" variant="default" onClick={() => retry()}>
            Try again
          </Button>
        )}
      </Problem>
    </div>
  );
}

function Empty({ title, text, action }) {
  return (
    <div className={classes.empty}>
      <h3>{title}</h3>
      <p>{text}</p>
      {action}
    </div>
  );
}
