// The chart's figures as a table, newest first; only where the price or its source changed.
import classes from "./PoolCard.module.css";
import { SOURCES } from "./words.js";
import { unitPrice } from "../../services/format.js";
import { Time } from "../Time.jsx";

const MOST = 60;

export function PriceTable({ points }) {
  const told = changes(points);
  return (
    <details className={classes.figures}>
      <summary>The same figures as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Since</th>
            <th scope="col">Price</th>
            <th scope="col">Source</th>
          </tr>
        </thead>
        <tbody>
          {told.slice(0, MOST).map((point) => (
            <tr key={point.ts}>
              <td>
                <Time at={point.ts} precise />
              </td>
              <td>{unitPrice(point.price)}</td>
              <td data-source={point.data_source}>{SOURCES[point.data_source]}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {told.length > MOST && <p>The newest {MOST} of {told.length} changes.</p>}
    </details>
  );
}

export function changes(points) {
  const isNews = (point, n) => n === 0 || point.price !== points[n - 1].price || point.data_source !== points[n - 1].data_source;
  return points.filter(isNews).reverse();
}
