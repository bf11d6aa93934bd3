// How much nobody has read yet, from everywhere.
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { Link } from "react-router";

import classes from "./Bell.module.css";
import { useUnread } from "../../hooks/useInbox.js";

const MOST = 99;

export function Bell() {
  const unread = useUnread();
  if (unread == null) return null;
  const label = unread ? `Notifications, ${unread} unread` : "Notifications, all read";
  return (
    <Tooltip label={label} withArrow>
      <ActionIcon component={Link} to="/notifications" variant="subtle" color="gray" size="lg" aria-label={label} className={classes.bell}>
        <IconBell size={18} stroke={1.7} />
        {unread > 0 && (
          <span className={classes.count} aria-hidden>
            {unread > MOST ? `${MOST}+` : unread}
          </span>
        )}
      </ActionIcon>
    </Tooltip>
  );
}
