// A price as a share of the on-demand price, which is the whole length of the bar.
import classes from "./PriceBar.module.css";
import { MISSING, discount, percent, unitPrice } from "../../services/format.js";

export function PriceBar({ price, onDemand, lifecycle, stale = false }) {
  const below = discount(price, onDemand);
  if (below == null) return MISSING;
  const words = `${lifecycle === "spot" ? `${percent(below)} below` : "On-Demand price"}${stale ? ", stale" : ""}`;
  return (
    <div className={classes.price}>
      <div className={classes.track} role="img" aria-label={`${unitPrice(price)}, ${words} (${unitPrice(onDemand)})`}>
        <div
          className={classes.fill}
          style={{ width: `${Math.min(100, 100 * (1 - below))}%` }}
          data-full={below <= 0 || undefined}
        />
      </div>
      <span className={classes.words} data-stale={stale || undefined}>
        {unitPrice(price)} <span>{words}</span>
      </span>
    </div>
  );
}
