"""Who may: principals, sessions, hosts that become known, rate limits."""
