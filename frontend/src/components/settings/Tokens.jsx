// Tokens that speak for the client, by their first letters. The administrator renews them.
import classes from "./Settings.module.css";
import { Time } from "../Time.jsx";

export function Tokens({ tokens }) {
  return (
    <>
      <ul className={classes.tokens}>
        {tokens.map((token) => (
          <li key={`${token.prefix} ${token.created_at}`}>
            <code>soc_{token.prefix}…</code>
            <span>
              made <Time at={token.created_at} />
              {token.last_used_at && (
                <>
                  , last used <Time at={token.last_used_at} />
                </>
              )}
              {token.expires_at && (
                <>
                  ; ends <Time at={token.expires_at} precise />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      <p className={classes.quiet} style={{ padding: "0 1.25rem 1.125rem" }}>
        A token that others may know is renewed by the administrator; the old one lives ten minutes more.
      </p>
    </>
  );
}
