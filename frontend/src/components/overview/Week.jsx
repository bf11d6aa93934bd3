// Net savings of the last seven days, losses included: gains stand on the line, a day that lost hangs below it.
import { Link } from "react-router";

import classes from "./Week.module.css";
import { useSavings } from "../../hooks/useSavings.js";
import { plural } from "../../services/format.js";
import { gain } from "../../services/money.js";
import { Card } from "../cards/Card.jsx";
import { dayName, everyDay } from "../savings/words.js";

const DAYS = 7;

const EMPTY = {
  when: ({ series }) => series.length === 0,
  title: "Nothing booked yet",
  text: "The first instance-hours are booked within a minute.",
};

export function Week() {
  const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
  const state = useSavings({ from: day(DAYS - 1), to: day(0) });
  return (
    <Card title="Net saved, last 7 days" aside={<Link to="/savings" className={classes.more}>Ledger</Link>} state={state} empty={EMPTY}>
      {(savings) => <Bars savings={savings} />}
    </Card>
  );
}

export function Bars({ savings }) {
  const days = everyDay(savings).slice(-DAYS);
  const [top, bottom] = [Math.max(0, ...days.map(({ net }) => net)), Math.max(0, ...days.map(({ net }) => -net))];
  const share = (value) => `${(100 * value) / (top + bottom || 1)}%`;
  const booked = days.filter(({ isEmpty }) => !isEmpty).length;
  return (
    <figure className={classes.week}>
      <p className={classes.total}>
        {gain(savings.total.net)} <span>on {plural(booked, "day")}</span>
      </p>
      <div className={classes.bars} role="img" aria-label={`Net by day: ${days.filter(({ isEmpty }) => !isEmpty).map(({ period, net }) => `${dayName(period)} ${gain(net)}`).join(", ")}`}>
        {days.map(({ period, net, isEmpty }) => (
          <span key={period} className={classes.day} title={`${dayName(period)}: ${isEmpty ? "nothing booked" : gain(net)}`}>
            <span className={classes.bar} data-loss={net < 0 || undefined} style={net < 0 ? { top: share(top), height: share(-net) } : { bottom: share(bottom), height: share(net) }} />
          </span>
        ))}
        <span className={classes.axis} style={{ bottom: share(bottom) }} />
      </div>
      <div className={classes.ends} aria-hidden>
        <span>{dayName(days[0].period)}</span>
        <span>today</span>
      </div>
    </figure>
  );
}
