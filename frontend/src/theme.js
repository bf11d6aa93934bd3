// The look in one place: one accent for actions, colours of signs by meaning, quiet greys for the rest.
import { createTheme } from "@mantine/core";

export const SIGNS = {
  serving: { word: "Serving", color: "teal" },
  preparing: { word: "Preparing", color: "blue" },
  at_risk: { word: "At risk", color: "orange" },
  interrupted: { word: "Interrupted", color: "red" },
  observed: { word: "Observed", color: "gray" },
};

// How a part of the platform stands; "unknown" is never shown as healthy.
export const LIGHTS = {
  healthy: { word: "Healthy", color: "teal" },
  degraded: { word: "Degraded", color: "orange" },
  critical: { word: "Critical", color: "red" },
  unknown: { word: "Unknown", color: "gray" },
  green: { word: "Flowing", color: "teal" },
  yellow: { word: "Filling", color: "orange" },
  red: { word: "Jammed", color: "red" },
  done: { word: "Done", color: "teal" },
  failed: { word: "Failed", color: "red" },
};

export const STANDBY = { launching: "Launching", syncing: "Booting", ready: "Ready" };

export const ROLES = {
  PRIMARY: { word: "Primary", color: "teal" },
  REPLICA: { word: "Replica", color: "blue" },
  ZOMBIE: { word: "Zombie", color: "gray" },
  TERMINATED: { word: "Ended", color: "gray" },
};

export const theme = createTheme({
  colors: {
    dark: ["#e8ebf1", "#b9c0cc", "#828b9b", "#5b6474", "#39414e", "#2b323d", "#1b2029", "#161a21", "#10131a", "#0b0d12"],
  },
  primaryColor: "indigo",
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: "650" },
});
