// The rail: the platform's pages for its administrator, the pages of the client in view, and what is for everybody.
import { Tooltip } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconArrowsExchange, IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from "@tabler/icons-react";
import { useId } from "react";
import { NavLink } from "react-router";

import { ADMIN, ALL, CLIENT } from "./places.js";
import classes from "./Rail.module.css";
import { useSession } from "../../hooks/useSession.jsx";

export const WIDTHS = { wide: 208, narrow: 60 };

export const useCollapsed = () =>
  useLocalStorage({ key: "spotopt-rail-collapsed", defaultValue: false, getInitialValueInEffect: false });

export function Rail({ groups, narrow, onNarrow, onChoose }) {
  const { isAdmin, client_id: clientId, client_name: client } = useSession();
  const may = { [ADMIN]: isAdmin, [CLIENT]: Boolean(clientId), [ALL]: true };
  const [platform, ...others] = groups.map(({ caption, places }) => ({ caption, places: places.filter(([, , , who]) => may[who]) }));
  return (
    <>
      <nav aria-label="Pages" className={classes.pages} data-narrow={narrow || undefined}>
        <Places {...platform} narrow={narrow} onChoose={onChoose} />
        {isAdmin && <InView client={client} narrow={narrow} onChoose={onChoose} />}
        {others.map((group) => (
          <Places key={group.caption} {...group} narrow={narrow} onChoose={onChoose} />
        ))}
      </nav>
      {onNarrow && <Collapse narrow={narrow} onNarrow={onNarrow} />}
    </>
  );
}

// A caption over the pages of one group; a narrow rail has a line instead.
function Places({ caption, places, narrow, onChoose }) {
  const id = useId();
  if (places.length === 0) return null;
  return (
    <div role="group" aria-labelledby={id} className={classes.group}>
      <p id={id} className={classes.caption}>
        {caption}
      </p>
      {places.map((place) => (
        <Place key={place[0]} place={place} narrow={narrow} onChoose={onChoose} />
      ))}
    </div>
  );
}

function Place({ place: [to, word, Icon], narrow, onChoose }) {
  return (
    <Named word={word} narrow={narrow}>
      <NavLink to={to} end={to === "/" || to === "/admin"} className={classes.place} onClick={onChoose}>
        <Icon size={18} stroke={1.7} aria-hidden />
        <span className={classes.word}>{word}</span>
      </NavLink>
    </Named>
  );
}

// Which client the administrator looks at.
function InView({ client, narrow, onChoose }) {
  const words = client ? `${client}: look at another client` : "No client in view: look at one";
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
