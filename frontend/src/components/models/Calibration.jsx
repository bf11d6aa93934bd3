// What a model said against what happened. On the line it was right; above it more was lost than it said.
import classes from "./Calibration.module.css";
import { percent, plural } from "../../services/format.js";

const SIZE = 220;
const AXIS = 34;
const at = (share) => share * SIZE;

export function Calibration({ name, bins }) {
  const most = Math.max(...bins.map((bin) => bin.count));
  return (
    <figure className={classes.figure}>
      <svg viewBox={`-${AXIS} -8 ${SIZE + AXIS + 16} ${SIZE + AXIS + 8}`} role="img" aria-label={sentence(name, bins)}>
        <line className={classes.right} x1="0" y1={SIZE} x2={SIZE} y2="0" />
        <path className={classes.axes} d={`M0 0V${SIZE}H${SIZE}`} />
        {[0, 0.5, 1].map((share) => (
          <g key={share} className={classes.tick}>
            <text x={at(share)} y={SIZE + 18} textAnchor="middle">
              {percent(share)}
            </text>
            <text x="-8" y={SIZE - at(share) + 4} textAnchor="end">
              {percent(share)}
            </text>
          </g>
        ))}
        {bins.map((bin) => (
          <circle
            key={bin.low}
            className={classes.dot}
            cx={at(bin.said)}
            cy={SIZE - at(bin.happened)}
            r={4 + 8 * Math.sqrt(bin.count / most)}
          />
        ))}
      </svg>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">said</th>
            <th scope="col">happened</th>
            <th scope="col">outcomes</th>
          </tr>
        </thead>
        <tbody>
          {bins.map((bin) => (
            <tr key={bin.low}>
              <td>{percent(bin.said, 1)}</td>
              <td>{percent(bin.happened, 1)}</td>
              <td>{bin.count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function sentence(name, bins) {
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  const spoken = bins.map((bin) => `said ${percent(bin.said)}, happened ${percent(bin.happened)}`).join("; ");
  return `Calibration of ${name} over ${plural(total, "outcome")}: ${spoken}.`;
}
