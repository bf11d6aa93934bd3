import "./mantine.js";
import "./global.css";

import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./App.jsx";

// The server writes a fresh nonce into each page; styles made at run time carry it (Content-Security-Policy).
const nonce = document.querySelector('meta[name="csp-nonce"]').content;
setNonce(nonce);

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <App nonce={nonce} />
  </StrictMode>,
);
