// What was told, newest first: unread ones stand out, each leads to what it is about.
import { Button } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useState } from "react";

import classes from "./Page.module.css";
import { Card } from "../components/cards/Card.jsx";
import { Chips } from "../components/Chips.jsx";
import { Notification } from "../components/inbox/Notification.jsx";
import list from "../components/inbox/Notification.module.css";
import { Problem } from "../components/Problem.jsx";
import { useInbox, useMarkRead } from "../hooks/useInbox.js";
import { useSession } from "../hooks/useSession.jsx";

const CHIPS = [
  ["all", "All"],
  ["unread", "Unread"],
];

export default function NotificationsPage() {
  const [shown, setShown] = useState("all");
  const { isAdmin } = useSession();
  const inbox = useInbox(shown === "unread");
  const { one, all } = useMarkRead();
  const unread = inbox.data?.pages[0].unread ?? 0;
  const problem = one.error ?? all.error;
  useDocumentTitle("Notifications · Spot Optimizer");
  return (
    <>
      <header className={classes.head}>
        <div>
          <h1>Notifications</h1>
          <p className={classes.sentence}>{unread ? `${unread} unread.` : "All read."}</p>
        </div>
        {!isAdmin && (
          <Button variant="default" disabled={!unread} loading={all.isPending} onClick={() => all.mutate()}>
            Mark all as read
          </Button>
        )}
      </header>
      <Chips label="Which notifications" chips={CHIPS} chosen={shown} onChoose={setShown} />
      {problem && <Problem>{problem.message}</Problem>}
      <Card state={inbox} empty={empty(shown)}>
        {({ pages }) => (
          <ul className={list.list}>
            {pages
              .flatMap((page) => page.notifications)
              .map((told) => (
                <Notification key={told.notification_id} told={told} onRead={isAdmin ? undefined : () => one.mutate(told.notification_id)} />
              ))}
          </ul>
        )}
      </Card>
      {inbox.hasNextPage && (
        <Button variant="default" mt="md" loading={inbox.isFetchingNextPage} onClick={() => inbox.fetchNextPage()}>
          Show older ones
        </Button>
      )}
    </>
  );
}

function empty(shown) {
  return {
    when: ({ pages: [newest] }) => newest.notifications.length === 0,
    title: shown === "unread" ? "Nothing unread" : "Nothing was told yet",
    text: "When AWS announces something, and when a workload was carried over, you read it here.",
  };
}
