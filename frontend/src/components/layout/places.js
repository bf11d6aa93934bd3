// The pages of the rail, in the order of a day: what is now, where to run, what came of it; the platform's own for its administrator.
import {
  IconAlertTriangle,
  IconApi,
  IconArrowsExchange,
  IconArrowsSplit,
  IconBell,
  IconBuilding,
  IconChartDots,
  IconFileText,
  IconGridDots,
  IconHeartbeat,
  IconLayoutDashboard,
  IconListCheck,
  IconPlayerTrackPrev,
  IconReportMoney,
  IconSearch,
  IconServer2,
  IconSettings,
  IconTargetArrow,
} from "@tabler/icons-react";

// Who sees a page: the administrator alone, whoever has a client in view, everybody.
export const ADMIN = "admin";
export const CLIENT = "client";
export const ALL = "all";

// A page is one line: address, word, icon, and for whom.
export const GROUPS = [
  {
    caption: "Administration",
    places: [
      ["/admin", "Platform", IconHeartbeat, ADMIN],
      ["/admin/clients", "Clients", IconBuilding, ADMIN],
      ["/admin/search", "Search", IconSearch, ADMIN],
      ["/admin/figures", "Figures", IconTargetArrow, ADMIN],
      ["/admin/log", "Log", IconFileText, ADMIN],
    ],
  },
  {
    caption: "Now",
    places: [
      ["/", "Overview", IconLayoutDashboard, CLIENT],
      ["/fleet", "Fleet", IconServer2, CLIENT],
      ["/emergencies", "Emergencies", IconAlertTriangle, CLIENT],
      ["/notifications", "Notifications", IconBell, CLIENT],
    ],
  },
  {
    caption: "Where to run",
    places: [
      ["/pools", "Pools", IconGridDots, CLIENT],
      ["/decisions", "Decisions", IconArrowsSplit, CLIENT],
      ["/plans", "Plans", IconListCheck, CLIENT],
      ["/switches", "Switches", IconArrowsExchange, CLIENT],
    ],
  },
  {
    caption: "What came of it",
    places: [
      ["/savings", "Savings", IconReportMoney, CLIENT],
      ["/replay", "Replay", IconPlayerTrackPrev, CLIENT],
      ["/models", "Models", IconChartDots, ALL],
    ],
  },
  {
    caption: "For it to work",
    places: [
      ["/settings", "Settings", IconSettings, CLIENT],
      ["/api-reference", "API", IconApi, ALL],
    ],
  },
];
