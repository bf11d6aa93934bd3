// What concerns every page: SAFE MODE, and live updates that are lost.
import classes from "./Banners.module.css";
import { useServerNow } from "../../hooks/useClock.jsx";
import { useLive } from "../../hooks/useLiveEvents.jsx";
import { useSession } from "../../hooks/useSession.jsx";

export function Banners() {
  const { safe_mode: safe } = useSession();
  return (
    <div role="status">
      {safe?.on && (
        <p className={classes.safe}>
          <strong>SAFE MODE {safe.in_force ? "is on" : "is coming into force"}.</strong> Plans are written down as dry runs; nothing is launched or ended.
        </p>
      )}
      <StaleStripe />
    </div>
  );
}

function StaleStripe() {
  const { lostSince } = useLive();
  const now = useServerNow();
  if (!lostSince) return null;
  return <p className={classes.stale}>Live updates lost {Math.max(0, Math.round((now - lostSince) / 1000))} s ago; refreshing every 5 s.</p>;
}
