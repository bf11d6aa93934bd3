import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env.SPOTOPT_URL ?? "http://127.0.0.1:5000";

export default defineConfig({
  plugins: [react()],
  server: { proxy: { "/api": server, "/health": server } },
  build: { target: "es2022", assetsInlineLimit: 0 },
  test: { environment: "jsdom", setupFiles: "./src/test/setup.js", css: false },
});
