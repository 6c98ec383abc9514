import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "@fontsource-variable/figtree/wght.css";
import "@/styles/fonts.css";
import "@/styles/tokens.css";
import "@/styles/base.css";
import { App } from "@/app/App";
import { loadFirst } from "@/lib/i18n/i18n";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

loadFirst().then((language) =>
  createRoot(root).render(
    <StrictMode>
      <App language={language} />
    </StrictMode>,
  ),
);
