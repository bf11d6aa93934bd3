// What concerns every page: SAFE MODE, whose seat this is, and live updates that are lost.
import classes from "./Banners.module.css";
import { Seat } from "./Seat.jsx";
import { useTicking } from "../../hooks/useClock.jsx";
import { useLive } from "../../hooks/useLiveEvents.jsx";
import { useSession } from "../../hooks/useSession.jsx";

export function Banners() {
  const { safe_mode: safe } = useSession();
  const { lostSince } = useLive();
  return (
    <>
      <div role="status">
        {safe?.on && (
          <p className={classes.safe}>
            <strong>SAFE MODE {safe.in_force ? "is on" : "is coming into force"}.</strong> Plans are written down as dry runs;
            nothing is launched or ended.
          </p>
        )}
      </div>
      <Seat />
      {lostSince && <StaleStripe since={lostSince} />}
    </>
  );
}

// By this machine's clock: the server's is what cannot be reached. Read aloud is only the connection's sign in the bar.
function StaleStripe({ since }) {
  const gone = useTicking(() => Math.max(0, Math.floor((Date.now() - since) / 1000)));
  return <p className={classes.stale}>Live updates lost {gone} s ago; refreshing every 5 s.</p>;
}
