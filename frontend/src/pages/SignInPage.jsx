// The door: a client's token, exchanged for a session.
import { Button, PasswordInput, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useState } from "react";

import classes from "./SignInPage.module.css";
import { Logo } from "../components/layout/Logo.jsx";
import { Problem } from "../components/Problem.jsx";
import { useSignIn } from "../hooks/useSession.jsx";

export function SignInPage({ problem }) {
  const [token, setToken] = useState("");
  const signIn = useSignIn();
  const error = signIn.error ?? problem;
  useDocumentTitle("Sign in · Spot Optimizer");
  const submit = (event) => {
    event.preventDefault();
    signIn.mutate(token.trim());
  };
  return (
    <main className={classes.page}>
      <form className={classes.form} onSubmit={submit} data-feature-id="any-auth-form-reuse-dep-submit-signin">
        <Logo />
        <h1>Sign in</h1>
        <Text size="sm" c="var(--quiet)">
          With your client’s token, or the administrator’s. <code>scripts/server</code> prints links that do it for you.
        </Text>
        <PasswordInput
          label="Token"
          placeholder="soc_…"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          autoComplete="current-password"
          autoFocus
          required
        />
        {error && <Problem>{error.status === 401 ? "This token is not known, or it was revoked." : error.message}</Problem>}
        <Button type="submit" size="md" fullWidth loading={signIn.isPending}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
