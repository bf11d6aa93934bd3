// Prices over time, drawn by uPlot. Loaded only when a pool is opened.
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import classes from "./PriceChart.module.css";
import { conclusion, linesOf } from "./lines.js";
import { useZone } from "../../hooks/useClock.jsx";

const HEIGHT = 240;
const MARKS = { rebalance: "amber", termination: "red", arrived: "blue", left: "grey" };

export default function PriceChart({ history }) {
  const place = useRef(null);
  const scheme = useComputedColorScheme("light");
  const { zone } = useZone();
  useEffect(() => {
    const chart = new uPlot(optionsOf(history, place.current, zone), linesOf(history.points, history.step_seconds), place.current);
    const watch = new ResizeObserver(([{ contentRect }]) => chart.setSize({ width: Math.max(200, contentRect.width), height: HEIGHT }));
    watch.observe(place.current);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [history, scheme, zone]);
  return <div ref={place} className={classes.chart} role="img" aria-label={conclusion(history.points)} />;
}

function optionsOf(history, element, zone) {
  const color = (name) => getComputedStyle(element).getPropertyValue(`--${name}`).trim();
  const axis = { stroke: color("quiet"), grid: { stroke: color("line"), width: 1 }, ticks: { show: false }, font: "12px Inter, sans-serif" };
  const stepped = uPlot.paths.stepped({ align: 1 });
  const onDemand = history.on_demand_usd_per_hour;
  return {
    width: Math.max(200, element.clientWidth),
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(1000 * seconds), zone),
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (chart, low, high) => [0, 1.1 * Math.max(high ?? 0, onDemand ?? 0, 0.001)] } },
    axes: [{ ...axis, values: (chart, ticks, place, space, step) => ticks.map(timeWords(step, zone)) }, { ...axis, size: 64, values: (chart, ticks) => ticks.map((tick) => `$${tick.toFixed(3)}`) }],
    series: [
      {},
      { label: "host", stroke: color("green"), width: 2, paths: stepped, points: { show: history.points.length < 60 } },
      { label: "AWS", stroke: color("blue"), width: 1.5, paths: stepped, points: { show: false } },
      { label: "interpolated", stroke: color("grey"), width: 1.5, dash: [5, 4], points: { show: false } },
    ],
    hooks: { draw: [(chart) => drawBeside(chart, history, onDemand, color)] },
  };
}

// Days as dates, hours by the clock.
function timeWords(stepSeconds, zone) {
  const parts = stepSeconds >= 86400 ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const format = new Intl.DateTimeFormat("en-GB", { ...parts, timeZone: zone });
  return (seconds) => format.format(new Date(1000 * seconds));
}

// The on-demand price as a dotted line, notices and switches as upright ones.
function drawBeside(chart, history, onDemand, color) {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.setLineDash([2, 4]);
  if (onDemand) line(ctx, color("ink"), bbox.left, chart.valToPos(onDemand, "y", true), bbox.left + bbox.width, null);
  ctx.setLineDash([]);
  for (const marker of history.markers) {
    const x = chart.valToPos(new Date(marker.at) / 1000, "x", true);
    if (x >= bbox.left && x <= bbox.left + bbox.width) line(ctx, color(MARKS[marker.kind] ?? "grey"), x, bbox.top, x, bbox.top + bbox.height);
  }
  ctx.restore();
}

function line(ctx, color, x, y, toX, toY) {
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(toX, toY ?? y);
  ctx.stroke();
}
