import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, unwrap } from "@/lib/api/client";
import type { Me } from "@/lib/api/types";
import { currentToken, forgetToken, keepToken, mayHaveSession, refreshToken } from "./token";

export type Session =
  | { status: "unknown"; me: null }
  | { status: "guest"; me: null }
  | { status: "signed-in"; me: Me };

const ME = ["me"] as const;

async function loadMe(): Promise<Me | null> {
  if (!mayHaveSession()) return null;
  if (!currentToken() && !(await refreshToken())) return null;
  return unwrap(api.GET("/api/v1/me"));
}

export function useSession(): Session {
  const { data, isPending } = useQuery({
    queryKey: ME,
    queryFn: loadMe,
    staleTime: 5 * 60_000,
    retry: 1,
  });
  if (data) return { status: "signed-in", me: data };
  return { status: isPending ? "unknown" : "guest", me: null };
}

export function useSignIn(): (email: string, password: string) => Promise<void> {
  const queries = useQueryClient();
  return useCallback(
    async (email, password) => {
      const token = await unwrap(api.POST("/api/v1/auth/sessions", { body: { email, password } }));
      keepToken(token.access_token);
      queries.setQueryData(ME, await loadMe());
    },
    [queries],
  );
}

export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(async () => {
    try {
      await unwrap(api.DELETE("/api/v1/auth/sessions/current"));
    } finally {
      forgetToken();
      queries.clear();
      queries.setQueryData(ME, null);
    }
  }, [queries]);
}

export function isStaff(me: Me): boolean {
  return me.grants.length > 0;
}
