// Each line's name beside a piece of it.
import classes from "./PoolCard.module.css";

const LINES = [
  ["agent", "Reported by hosts"],
  ["backfilled", "Published by AWS"],
  ["interpolated", "Interpolated"],
];

export function Legend({ history }) {
  const present = new Set(history.points.map((point) => point.data_source));
  return (
    <ul className={classes.legend}>
      {LINES.filter(([source]) => present.has(source)).map(([source, word]) => (
        <li key={source} data-line={source}>
          {word}
        </li>
      ))}
      {history.on_demand_usd_per_hour != null && <li data-line="on-demand">On-Demand price</li>}
      {history.markers.length > 0 && <li data-line="marker">A notice or a switch</li>}
    </ul>
  );
}
