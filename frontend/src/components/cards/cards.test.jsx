import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { Card } from "./Card.jsx";
import { DowntimeFigures } from "./DowntimeCard.jsx";
import { show } from "../../test/render.jsx";

const card = (state, empty) =>
  show(
    <Card title="Things" state={state} empty={empty}>
      {(data) => <p>{data.length} things</p>}
    </Card>,
  );
const error = { message: "The server failed.", requestId: "r-1", status: 500 };

test("while it loads, the shape of what will come", () => {
  card({ isPending: true });
  expect(screen.getByRole("status", { name: "Loading" }).getAttribute("aria-busy")).toBe("true");
});

test("what failed is said in words, with the request id to quote and a way to try again", async () => {
  const refetch = vi.fn();
  card({ isError: true, error, refetch });
  expect(screen.getByText("The server failed.")).toBeTruthy();
  expect(screen.getByText(/Quote request r-1/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(refetch).toHaveBeenCalledTimes(1);
});

test("what is not allowed is not called a failure", () => {
  card({ isError: true, error: { ...error, status: 403 } });
  expect(screen.getByText("Not allowed")).toBeTruthy();
});

test("what was known stays, and is marked as last known", () => {
  card({ isError: true, error, data: [1, 2] });
  expect(screen.getByText("2 things")).toBeTruthy();
  expect(screen.getByText("Shown as last known: The server failed.")).toBeTruthy();
});

test("where there is nothing, it says what will be there", () => {
  card({ data: [] }, { when: (data) => data.length === 0, title: "No thing yet", text: "It will appear here." });
  expect(screen.getByRole("heading", { name: "No thing yet" })).toBeTruthy();
  expect(screen.queryByText("0 things")).toBeNull();
});

const NOTHING = {
  p95: null,
  avg: null,
  min: null,
  max: null,
  count: 0,
  success_rate: null,
  trend: null,
  previous_p95: null,
  month_used_seconds: 0,
  month_budget_seconds: 60,
};
const figure = (label) => screen.getByText(label).parentElement.textContent;

test("without a handover the downtime is a dash, not a nought", () => {
  show(<DowntimeFigures downtime={NOTHING} />);
  expect(figure("p95 of a handover")).toBe("p95 of a handover–nothing to compare yet");
  expect(figure("carried over")).toBe("carried over–no handover yet");
});

test("a p95 has an arrow against the window before it", () => {
  show(
    <DowntimeFigures
      downtime={{
        ...NOTHING,
        p95: 4.1,
        avg: 2,
        min: 0.3,
        max: 4.1,
        count: 3,
        success_rate: 1,
        trend: "down",
        previous_p95: 6.02,
      }}
    />,
  );
  expect(figure("p95 of a handover")).toBe("p95 of a handover4.1 s↓ shorter than before (6.0 s)");
  expect(figure("shortest, longest")).toBe("shortest, longest0.3–4.1 saverage 2.0 s");
});

test("shortest, longest and average stand together, and one length alone is said once", () => {
  const { unmount } = show(<DowntimeFigures downtime={{ ...NOTHING, min: 0.24, max: 9.5, avg: 3.06, count: 4 }} />);
  expect(figure("shortest, longest")).toBe("shortest, longest0.2–9.5 saverage 3.1 s");
  expect(figure("carried over")).toMatch("4 handovers");
  unmount();
  show(<DowntimeFigures downtime={{ ...NOTHING, min: 2, max: 2, avg: 2, count: 1 }} />);
  expect(figure("shortest, longest")).toBe("shortest, longest2.0 saverage 2.0 s");
});

test("shortest and longest are dashes where nothing was measured", () => {
  show(<DowntimeFigures downtime={{ ...NOTHING, count: 2 }} />);
  expect(figure("shortest, longest")).toBe("shortest, longest–average –");
});

test("a month over its budget says so by its length and its words", () => {
  show(<DowntimeFigures downtime={{ ...NOTHING, month_used_seconds: 75 }} />);
  expect(screen.getByText("75.0 s of the month’s 60 s used")).toBeTruthy();
  expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("100");
});
