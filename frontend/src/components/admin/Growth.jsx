// How many clients there are, day by day: a step line from zero, with the same figures as a table for who cannot see it.
import classes from "./Growth.module.css";
import { plural } from "../../services/format.js";
import { dayName } from "../savings/words.js";

const [WIDTH, HEIGHT] = [600, 96];

export function Growth({ days: all }) {
  const days = sinceTheFirst(all);
  const last = days.at(-1);
  const came = days.reduce((sum, day) => sum + day.new, 0);
  const sentence = `${plural(last.total, "client")}; ${came} came in the last ${days.length} days`;
  return (
    <figure className={classes.growth}>
      <figcaption>{sentence}.</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={sentence}>
        <path className={classes.area} d={`${steps(days)} V${HEIGHT} H0 Z`} />
        <path className={classes.line} d={steps(days)} vectorEffect="non-scaling-stroke" />
      </svg>
      <div className={classes.axis} aria-hidden>
        <span>{dayName(days[0].date)}</span>
        <span>{dayName(last.date)}</span>
      </div>
      <details>
        <summary>The same as a table</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">Clients</th>
              <th scope="col">New</th>
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map((day) => (
              <tr key={day.date}>
                <th scope="row">{dayName(day.date)}</th>
                <td>{day.total}</td>
                <td>{day.new}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

// From the day before the first client came; a week at least.
function sinceTheFirst(days) {
  const first = days.findIndex(({ total }) => total > 0);
  return days.slice(Math.max(0, Math.min(first - 1, days.length - 7)));
}

// Each day is a level as wide as the others; the highest one reaches the top.
export function steps(days) {
  const most = Math.max(1, ...days.map((day) => day.total));
  const level = (day) => (HEIGHT - 2) * (1 - day.total / most) + 1;
  const width = WIDTH / days.length;
  return days.map((day, n) => `${n ? "V" : "M0,"}${level(day).toFixed(1)} H${((n + 1) * width).toFixed(1)}`).join(" ");
}
