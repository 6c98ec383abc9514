import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, unwrap } from "@/lib/api/client";
import type { Me } from "@/lib/api/types";
import { forgetOwnCopies } from "./ownCopies";
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

/** Takes the access token of a sign-in that has just succeeded. */
export function useStartSession(): (accessToken: string) => Promise<void> {
  const queries = useQueryClient();
  return useCallback(
    async (accessToken) => {
      keepToken(accessToken);
      queries.setQueryData(ME, await loadMe());
    },
    [queries],
  );
}

/** Forgets a session that the server has ended already. */
export function useEndSession(): () => void {
  const queries = useQueryClient();
  return useCallback(() => {
    forgetToken();
    forgetOwnCopies();
    queries.clear();
    queries.setQueryData(ME, null);
  }, [queries]);
}

export function useSignOut(): () => Promise<void> {
  const end = useEndSession();
  return useCallback(async () => {
    try {
      await unwrap(api.DELETE("/api/v1/auth/sessions/current"));
    } finally {
      end();
    }
  }, [end]);
}

export function isStaff(me: Me): boolean {
  return me.grants.length > 0;
}

/** A grant that does nothing until its holder turns on a second factor still makes its holder staff. */
export function isWithoutNeededFactor(me: Me): boolean {
  return me.grants.some((grant) => grant.second_factor_needed);
}
