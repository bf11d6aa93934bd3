// The frame: a rail with words and icons (a drawer on the phone), a bar on top, what concerns everything below it.
import { ActionIcon, AppShell, Burger, Menu, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconLogout, IconMoon, IconSun, IconUserCircle, IconWorld } from "@tabler/icons-react";
import { Suspense } from "react";
import { Outlet } from "react-router";

import classes from "./Shell.module.css";
import { Banners } from "./Banners.jsx";
import { Bell } from "../inbox/Bell.jsx";
import { Connection } from "./Connection.jsx";
import { Logo } from "./Logo.jsx";
import { GROUPS } from "./places.js";
import { Rail, WIDTHS, useCollapsed } from "./Rail.jsx";
import { useZone } from "../../hooks/useClock.jsx";
import { useLeaveSeat } from "../../hooks/useSeat.js";
import { useSession, useSignOut } from "../../hooks/useSession.jsx";
import { Card, Lines } from "../cards/Card.jsx";
import { Dashed } from "../Sign.jsx";

export function Shell() {
  const [open, { toggle, close }] = useDisclosure();
  const phone = useMediaQuery("(max-width: 48em)");
  const [collapsed, setCollapsed] = useCollapsed();
  const narrow = collapsed && !phone;
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: narrow ? WIDTHS.narrow : WIDTHS.wide, breakpoint: "sm", collapsed: { mobile: !open } }} padding={0}>
      <AppShell.Header className={classes.bar}>
        <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={open ? "Close the menu" : "Open the menu"} />
        <Logo />
        <span className={classes.space} />
        <Badges />
        <Connection />
        <Bell />
        <ZoneSwitch />
        <ThemeSwitch />
        <Account />
      </AppShell.Header>
      <AppShell.Navbar className={classes.rail}>
        {(!phone || open) && (
          <Rail groups={GROUPS} narrow={narrow} onNarrow={phone ? null : setCollapsed} onChoose={close} />
        )}
      </AppShell.Navbar>
      <AppShell.Main>
        <Banners />
        <div className={classes.page} data-feature-id="any-auth-gateway-unique-indep-run-route">
          <Suspense fallback={<Coming />}>
            <Outlet />
          </Suspense>
        </div>
      </AppShell.Main>
    </AppShell>
  );
}

// A page whose code is on its way.
function Coming() {
  return (
    <Card>
      <Lines count={6} />
    </Card>
  );
}

export function Badges() {
  const { simulated, preset, preset_sentence: waits } = useSession();
  if (!simulated) return null;
  return (
    <Tooltip
      label={
        preset ? `Nothing is billed. ${waits ?? "Waits are shorter in the demo."}` : "Nothing is billed."
      }
      withArrow
      multiline
      maw={320}
    >
      <span tabIndex={0} className={classes.badge}>
        <Dashed>
          Simulated AWS{preset && <span className={classes.waits}> · {preset} waits</span>}
        </Dashed>
      </span>
    </Tooltip>
  );
}

function ZoneSwitch() {
  const { isUtc, own, toggle } = useZone();
  const label = isUtc ? `Times in UTC; switch to ${own}` : `Times in ${own}; switch to UTC`;
  return (
    <Tooltip label={label} withArrow>
      <ActionIcon variant="subtle" color="gray" size="lg" onClick={toggle} aria-label={label} className={classes.zone}>
        <IconWorld size={18} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}

function ThemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  const label = dark ? "Light theme" : "Dark theme";
  return (
    <Tooltip label={label} withArrow>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        onClick={() => setColorScheme(dark ? "light" : "dark")}
        aria-label={label}
      >
        {dark ? <IconSun size={18} stroke={1.7} /> : <IconMoon size={18} stroke={1.7} />}
      </ActionIcon>
    </Tooltip>
  );
}

function Account() {
  const { name, acting } = useSession();
  const { isUtc, own, toggle } = useZone();
  const [signOut, leave] = [useSignOut(), useLeaveSeat()];
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Signed in as ${name}`}>
          <IconUserCircle size={19} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Signed in as {name}</Menu.Label>
        {own !== "UTC" && (
          <Menu.Item leftSection={<IconWorld size={16} />} onClick={toggle}>
            {isUtc ? `Times in ${own}` : "Times in UTC"}
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconLogout size={16} />}
          data-feature-id="any-auth-button-reuse-dep-click-logout"
          onClick={() => (acting ? leave : signOut).mutate()}
        >
          {acting ? `Stop acting for ${name}` : "Sign out"}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
