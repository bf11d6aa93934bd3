// The rail: the platform's pages for its administrator, the pages of the client in view, and what is for everybody.
import { Tooltip } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconArrowsExchange, IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from "@tabler/icons-react";
import { NavLink } from "react-router";

import classes from "./Rail.module.css";
import { useSession } from "../../hooks/useSession.jsx";

export const WIDTHS = { wide: 208, narrow: 60 };

export const useCollapsed = () =>
  useLocalStorage({ key: "spotopt-rail-collapsed", defaultValue: false, getInitialValueInEffect: false });

export function Rail({ places, adminPlaces, sharedPlaces, narrow, onNarrow, onChoose }) {
  const { isAdmin, client_id: clientId, client_name: client } = useSession();
  return (
    <>
      <nav aria-label="Pages" className={classes.pages} data-narrow={narrow || undefined}>
        {isAdmin && <Places places={adminPlaces} narrow={narrow} onChoose={onChoose} />}
        {isAdmin && <InView client={client} narrow={narrow} onChoose={onChoose} />}
        {clientId && <Places places={places} narrow={narrow} onChoose={onChoose} />}
        <hr />
        <Places places={sharedPlaces} narrow={narrow} onChoose={onChoose} />
      </nav>
      {onNarrow && <Collapse narrow={narrow} onNarrow={onNarrow} />}
    </>
  );
}

function Places({ places, narrow, onChoose }) {
  return places.map(([to, word, Icon]) => (
    <Named key={to} word={word} narrow={narrow}>
      <NavLink to={to} end={to === "/" || to === "/admin"} className={classes.place} onClick={onChoose}>
        <Icon size={18} stroke={1.7} aria-hidden />
        <span className={classes.word}>{word}</span>
      </NavLink>
    </Named>
  ));
}

// Which client the administrator looks at.
function InView({ client, narrow, onChoose }) {
  const words = client ? `${client}: look at another client` : "Look at a client";
  return (
    <Named word={words} narrow={narrow}>
      <NavLink to="/admin/clients" className={classes.client} onClick={onChoose} aria-label={words}>
        {narrow ? <IconArrowsExchange size={18} stroke={1.7} aria-hidden /> : (client ?? "No client in view")}
      </NavLink>
    </Named>
  );
}

// A narrow rail says its words when pointed at or reached by keyboard.
function Named({ word, narrow, children }) {
  return (
    <Tooltip label={word} position="right" disabled={!narrow} events={{ hover: true, focus: true, touch: false }} withArrow>
      {children}
    </Tooltip>
  );
}

function Collapse({ narrow, onNarrow }) {
  const Icon = narrow ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  const words = narrow ? "Show the words" : "Icons only";
  return (
    <Named word={words} narrow={narrow}>
      <button type="button" className={classes.collapse} onClick={() => onNarrow(!narrow)} aria-label={words}>
        <Icon size={18} stroke={1.7} aria-hidden />
        {!narrow && <span>{words}</span>}
      </button>
    </Named>
  );
}
