// Risk and price of every pool, types down, AZs across. A cell is a button that opens its pool.
import classes from "./HeatTable.module.css";
import { riskPercent, riskWord } from "./words.js";
import { useTicking } from "../../hooks/useClock.jsx";
import { unitPrice } from "../../services/format.js";

export function HeatTable({ pools, chosen, onChoose }) {
  const zones = sorted(pools.map((pool) => pool.az_id));
  const types = sorted(pools.map((pool) => pool.instance_type));
  const at = new Map(pools.map((pool) => [`${pool.az_id}:${pool.instance_type}`, pool]));
  return (
    <table className={classes.heat}>
      <thead>
        <tr>
          <th scope="col">Type</th>
          {zones.map((zone) => (
            <th key={zone} scope="col">
              {zone}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {types.map((type) => (
          <tr key={type}>
            <th scope="row">{type}</th>
            {zones.map((zone) => (
              <td key={zone} data-zone={zone}>
                <Cell pool={at.get(`${zone}:${type}`)} chosen={chosen} onChoose={onChoose} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ pool, chosen, onChoose }) {
  if (!pool) return <span className={classes.none}>not offered</span>;
  return (
    <button
      type="button"
      className={classes.cell}
      data-risk={riskWord(pool.risk)}
      data-flag={pool.flag ?? undefined}
      aria-pressed={pool.pool_id === chosen}
      onClick={() => onChoose(pool.pool_id)}
    >
      <span className={classes.risk}>
        {riskPercent(pool.risk)} <small>{riskWord(pool.risk)}</small>
      </span>
      <span className={classes.price} data-stale={pool.stale || undefined}>
        {unitPrice(pool.price_usd_per_hour)}
        {pool.stale && <small> stale</small>}
      </span>
      <Against pool={pool} />
      {pool.flag && <Avoided pool={pool} />}
      {pool.workloads.length > 0 && <span className={classes.here}>{pool.workloads.join(", ")}</span>}
    </button>
  );
}

// The price as a share of On-Demand, which is the whole length: short is cheap.
function Against({ pool: { price_usd_per_hour: price, on_demand_usd_per_hour: whole } }) {
  if (price == null || !whole) return null;
  return (
    <span className={classes.against} aria-hidden>
      <span style={{ width: `${Math.min(100, (100 * price) / whole)}%` }} />
    </span>
  );
}

const FLAGS = { danger: "Avoided", no_capacity: "No capacity", poisoned: "Behind others" };

function Avoided({ pool }) {
  const left = useTicking((now) => span((new Date(pool.avoided_until) - now) / 1000));
  return (
    <span className={classes.flag}>
      {FLAGS[pool.flag]} {left}
    </span>
  );
}

function span(seconds) {
  if (seconds <= 0) return "";
  if (seconds < 5400) return `for ${Math.ceil(seconds / 60)} min`;
  return seconds < 172800 ? `for ${Math.round(seconds / 3600)} h` : `for ${Math.round(seconds / 86400)} d`;
}

const sorted = (names) => [...new Set(names)].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
