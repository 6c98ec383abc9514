import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { BrowserRouter } from "react-router";
import { RequiredMark } from "@/components/ui/field";
import { asProblem } from "@/lib/api/problem";
import { I18nProvider, useMessages } from "@/lib/i18n/i18n";
import { CrashBoundary } from "./CrashBoundary";
import { AppRoutes } from "./routes";

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        // A refusal stays a refusal; only what is worth a second try is tried again.
        retry: (count, error) => count < 2 && asProblem(error).isTransient,
        retryDelay: (count, error) => (asProblem(error).retryAfter ?? 2 ** count) * 1000,
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}

function Marked({ children }: { children: ReactNode }) {
  return (
    <RequiredMark.Provider value={useMessages().common.required}>{children}</RequiredMark.Provider>
  );
}

type Language = Parameters<typeof I18nProvider>[0]["first"];

type ProvidersProps = { client: QueryClient; language?: Language; children: ReactNode };

export function Providers({ client, language, children }: ProvidersProps) {
  return (
    <I18nProvider first={language}>
      <QueryClientProvider client={client}>
        <Marked>{children}</Marked>
      </QueryClientProvider>
    </I18nProvider>
  );
}

export function App({ language }: { language?: Language }) {
  const [client] = useState(makeQueryClient);
  return (
    <Providers client={client} language={language}>
      <CrashBoundary>
        <BrowserRouter>
          <AppRoutes />
        </BrowserRouter>
      </CrashBoundary>
    </Providers>
  );
}
