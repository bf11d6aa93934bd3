// A price history as the lines of a chart: hosts' and AWS's prices are solid, interpolated ones a line of their own, gaps stay open.

const SOLID = { agent: "agent", backfilled: "backfilled" };

// [times in seconds, host, published, interpolated]; null is no line. A point joins the interpolation beside it.
export function linesOf(points, stepSeconds) {
  const times = [];
  const lines = { agent: [], backfilled: [], interpolated: [] };
  let before = null;
  const put = (time, values) => {
    times.push(time);
    for (const name of Object.keys(lines)) lines[name].push(values[name] ?? null);
  };
  points.forEach((point, n) => {
    const time = new Date(point.ts) / 1000;
    if (before != null && time - before > 1.5 * stepSeconds) put(before + stepSeconds, {});
    const beside = [points[n - 1], points[n + 1]].some((other) => other?.data_source === "interpolated");
    const joins = SOLID[point.data_source] && beside ? { interpolated: point.price } : {};
    put(time, { [point.data_source]: point.price, ...joins });
    before = time;
  });
  return [times, lines.agent, lines.backfilled, lines.interpolated];
}

// The history is written down once in a while: the price of this moment, where it is newer, is its last point.
export function upToNow(history, { price_usd_per_hour: price, changed_at: ts, data_source: source, stale }) {
  const last = history.points.at(-1);
  if (price == null || stale || !last || new Date(ts) <= new Date(last.ts)) return history;
  return { ...history, points: [...history.points, { ts, price, data_source: source === "agent" ? "agent" : "backfilled" }] };
}

// What a chart says in one sentence, for those who do not see it and as its title.
export function conclusion(points) {
  if (points.length < 2) return "Too few prices for a chart.";
  const [first, last] = [points[0].price, points.at(-1).price];
  const moved = last / first - 1;
  const words = Math.abs(moved) < 0.005 ? "The price is where it was" : `The price ${moved > 0 ? "rose" : "fell"} by ${(100 * Math.abs(moved)).toFixed(1)} %`;
  const unsure = points.filter((point) => point.data_source === "interpolated").length;
  return `${words}${unsure ? `; ${unsure} of ${points.length} prices are interpolated` : ""}.`;
}
