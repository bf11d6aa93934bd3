import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { Bars } from "./Week.jsx";
import { TimeBar } from "../emergency/TimeBar.jsx";
import { show } from "../../test/render.jsx";

const day = (period, net) => ({ period, baseline: 1, actual: 1 - net, overlap: 0, fallback_premium: 0, zombie_burn: 0, net });

test("a week in bars: gains and a loss are told with their signs, days without bookings are left out of the words", () => {
  const savings = { from: "2026-01-01", to: "2026-01-08", series: [day("2026-01-05", 2), day("2026-01-07", -1)], total: { net: 1 } };
  const { container } = show(<Bars savings={savings} />);
  expect(screen.getByRole("img", { name: "Net by day: 5 Jan +$2.00, 7 Jan −$1.00" })).toBeTruthy();
  expect(screen.getByText("on 2 days")).toBeTruthy();
  expect([...container.querySelectorAll("[data-loss]")]).toHaveLength(1);
});

const incident = (changes) => ({ opened_at: "2026-01-01T12:00:00Z", serving_at: "2026-01-01T12:00:06Z", deadline: "2026-01-01T12:02:00Z", ...changes });

test("the handover is shown as a part of the time that AWS gave", () => {
  show(<TimeBar incident={incident()} />);
  expect(screen.getByRole("img", { name: "6.0 s of the 120 s that AWS gave" })).toBeTruthy();
});

test("without a deadline there is no whole to compare with, and without service again no figure", () => {
  const { container, unmount } = show(<TimeBar incident={incident({ deadline: null })} />);
  expect(container.textContent).toMatch("6.0 s");
  expect(screen.queryByRole("img")).toBeNull();
  unmount();
  expect(show(<TimeBar incident={incident({ serving_at: null })} />).container.textContent).toMatch("–");
});
