import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { Bell } from "./Bell.jsx";
import { SessionGate } from "../../hooks/useSession.jsx";
import NotificationsPage from "../../pages/NotificationsPage.jsx";
import { show } from "../../test/render.jsx";
import { CLIENT, serve } from "../../test/server.js";

const told = (id, changes = {}) => ({
  notification_id: id,
  severity: "critical",
  title: "web-shop: interruption notice",
  text: "From AWS: interruption notice for i-42217bea",
  link: "/agents/a-1/emergencies/n-1",
  created_at: "2026-01-01T12:00:00Z",
  read_at: null,
  ...changes,
});

const inbox = (unread, ...notifications) => ({ unread, notifications, next_cursor: null });

function signedIn(page, routes) {
  const asked = serve({ "/auth/me": CLIENT, ...routes });
  show(<SessionGate>{page}</SessionGate>);
  return asked;
}

test("the bell says how much is unread, in words", async () => {
  signedIn(<Bell />, { "/notifications": inbox(3, told("t-1")) });
  expect((await screen.findByRole("link", { name: "Notifications, 3 unread" })).getAttribute("href")).toBe("/notifications");
});

test("one is marked as read, or all of them", async () => {
  const asked = signedIn(<NotificationsPage />, {
    "/notifications": inbox(1, told("t-1"), told("t-2", { read_at: "2026-01-01T12:00:09Z", severity: "info" })),
    "/mark-read": {},
    "/mark-all-read": {},
  });
  await userEvent.click(await screen.findByRole("button", { name: "Mark as read: web-shop: interruption notice" }));
  await userEvent.click(screen.getByRole("button", { name: "Mark all as read" }));
  await expect.poll(() => asked.filter((line) => line.startsWith("POST"))).toEqual([
    "POST /api/notifications/t-1/mark-read",
    "POST /api/notifications/mark-all-read",
  ]);
});

test("each leads to its emergency, and how grave it is stands in words", async () => {
  signedIn(<NotificationsPage />, { "/notifications": inbox(1, told("t-1")) });
  const link = await screen.findByRole("link", { name: "web-shop: interruption notice" });
  expect(link.getAttribute("href")).toBe("/agents/a-1/emergencies/n-1");
  expect(screen.getByText("Urgent")).toBeTruthy();
});

test("an empty inbox says what will be here", async () => {
  signedIn(<NotificationsPage />, { "/notifications": inbox(0) });
  expect(await screen.findByRole("heading", { name: "Nothing was told yet" })).toBeTruthy();
});
