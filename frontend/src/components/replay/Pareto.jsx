// Every policy as a point: cost to the right, time away upwards. Further left and lower is better; the line joins whom nobody beats.
import { useElementSize } from "@mantine/hooks";

import classes from "./Pareto.module.css";
import { KINDS, UPRIGHT, cost, pointsOf, sentence, spread } from "./words.js";
import { percent } from "../../services/format.js";

const [WIDEST, HEIGHT, LEFT, BELOW, LETTER, LINE] = [640, 300, 52, 40, 6.9, 16];

export function Pareto({ policies, upright }) {
  const { ref, width } = useElementSize();
  const wide = Math.max(180, Math.min(WIDEST, width || WIDEST) - LEFT - 24); // drawn as wide as it is shown, so that letters stay letters
  const top = Math.max(...policies.map((one) => one.figures[upright].high), 1e-9) * 1.08;
  const right = Math.max(1, ...policies.map((one) => one.figures.cost_over_on_demand.high));
  const at = { x: (share) => (share / right) * wide, y: (value) => HEIGHT - (value / top) * HEIGHT };
  return (
    <figure className={classes.figure} ref={ref}>
      <svg viewBox={`-${LEFT} -24 ${wide + LEFT + 24} ${HEIGHT + BELOW + 24}`} role="img" aria-label={sentence(policies, upright)}>
        <Axes at={at} wide={wide} top={top} right={right} upright={upright} />
        <path className={classes.front} d={frontOf(policies, upright, at)} />
        {policies.map((one) => (
          <Whiskers key={one.policy} figures={one.figures} upright={upright} at={at} />
        ))}
        <Points points={pointsOf(policies, upright)} at={at} wide={wide} />
      </svg>
      <Legend policies={policies} />
    </figure>
  );
}

function Axes({ at, wide, top, right, upright }) {
  return (
    <g aria-hidden>
      <path className={classes.axes} d={`M0 0V${HEIGHT}H${wide}`} />
      {[0, 0.25, 0.5, 0.75, 1].filter((share) => share <= right).map((share) => (
        <text key={share} className={classes.tick} x={at.x(share)} y={HEIGHT + 18} textAnchor="middle">
          {percent(share)}
        </text>
      ))}
      {[0, 0.5, 1].map((part) => (
        <text key={part} className={classes.tick} x="-8" y={at.y(part * top) + 4} textAnchor="end">
          {UPRIGHT[upright].short(part * top)}
        </text>
      ))}
      <text className={classes.title} x={wide} y={HEIGHT + 36} textAnchor="end">
        cost, of On-Demand →
      </text>
      <text className={classes.title} x={-LEFT + 4} y="-10">
        ↑ {UPRIGHT[upright].unit}
      </text>
    </g>
  );
}

// Where nine draws in ten lie.
function Whiskers({ figures, upright, at }) {
  const [across, up] = [figures.cost_over_on_demand, figures[upright]];
  return (
    <path
      className={classes.whiskers}
      d={`M${at.x(across.low)} ${at.y(up.mean)}H${at.x(across.high)}M${at.x(across.mean)} ${at.y(up.low)}V${at.y(up.high)}`}
      aria-hidden
    />
  );
}

function Points({ points, at, wide }) {
  const places = spread(points.map((point) => placed(point, points, at, wide)), LINE);
  return places.map(({ point, x, y, end }) => (
    <g key={point.key} className={classes.point} data-kind={point.kind} aria-hidden>
      <path className={classes.leader} d={`M${at.x(point.x)} ${at.y(point.y)}L${end ? x + point.label.length * LETTER : x - 2} ${y}`} />
      <Shape kind={point.kind} x={at.x(point.x)} y={at.y(point.y)} />
      <text x={end ? x + point.label.length * LETTER : x} y={y + 4} textAnchor={end ? "end" : "start"}>
        {point.label}
      </text>
    </g>
  ));
}

// The label to the right of its point, or to the left where it would leave the drawing or cover another point; above the line it stands on.
function placed(point, points, at, wide) {
  const [x, y, width] = [at.x(point.x), at.y(point.y), point.label.length * LETTER];
  const covers = points.some((other) => at.x(other.x) > x && at.x(other.x) < x + 12 + width && Math.abs(at.y(other.y) - y) < LINE);
  const end = x + 12 + width > wide + 16 || (covers && x > 12 + width);
  const above = (point.policies.some((one) => one.is_on_front) ? 12 : 0) + (covers && !end ? LINE : 0);
  return { point, width, end, x: end ? x - 12 - width : x + 12, y: Math.min(y, HEIGHT - 9) - above };
}

function Shape({ kind, x, y }) {
  if (kind === "bound") return <path d={`M${x} ${y - 7}L${x + 7} ${y}L${x} ${y + 7}L${x - 7} ${y}Z`} />;
  if (kind === "baseline") return <rect x={x - 5} y={y - 5} width="10" height="10" />;
  return <circle cx={x} cy={y} r={kind === "own" ? 7 : 5.5} />;
}

function frontOf(policies, upright, at) {
  const front = policies.filter((one) => one.is_on_front).sort((a, b) => cost(a) - cost(b));
  return front.map((one, n) => `${n ? "L" : "M"}${at.x(cost(one))} ${at.y(one.figures[upright].mean)}`).join("");
}

function Legend({ policies }) {
  const present = Object.keys(KINDS).filter((kind) => policies.some((one) => one.kind === kind));
  return (
    <figcaption className={classes.legend}>
      {present.map((kind) => (
        <span key={kind} className={classes.point} data-kind={kind}>
          <svg viewBox="-9 -9 18 18" width="16" height="16" aria-hidden>
            <Shape kind={kind} x={0} y={0} />
          </svg>
          {KINDS[kind]}
        </span>
      ))}
      <span>the line joins whom nobody beats</span>
    </figcaption>
  );
}
