// A surface with a title that shows a query's states: loading, failed, empty, stale, ready.
import { Alert, Button, Skeleton, Stack, Text } from "@mantine/core";

import classes from "./Card.module.css";

export function Card({ title, aside, state, skeleton, empty, children, flush = false }) {
  return (
    <section className={classes.card} aria-label={title} data-flush={flush || undefined}>
      {title && (
        <header className={classes.head}>
          <h2>{title}</h2>
          {aside}
        </header>
      )}
      <Body state={state} skeleton={skeleton} empty={empty} flush={flush}>
        {children}
      </Body>
    </section>
  );
}

function Body({ state, skeleton, empty, children }) {
  if (!state) return children;
  if (state.isPending) return skeleton ?? <Lines />;
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
    <Stack gap="sm" p="lg" aria-busy="true" aria-label="Loading">
      {Array.from({ length: count }, (_, n) => (
        <Skeleton key={n} height={16} width={`${96 - 14 * n}%`} />
      ))}
    </Stack>
  );
}

export function Failure({ error, retry }) {
  return (
    <Alert color="red" variant="light" m="lg" title={error.status === 403 ? "Not allowed" : "This could not be loaded"} className={classes.failure}>
      <Text size="sm">{error.message}</Text>
      {error.requestId && <Text size="xs">Quote request {error.requestId} when you ask for help.</Text>}
      {retry && (
        <Button mt="sm" size="sm" variant="default" onClick={() => retry()}>
          Try again
        </Button>
      )}
    </Alert>
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
