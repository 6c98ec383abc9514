import { useQuery } from "@tanstack/react-query";
import { getSecondFactor, listSessions } from "../api";

export const SECOND_FACTOR = ["second-factor"] as const;
export const SESSIONS = ["sessions"] as const;

export function useSecondFactor() {
  return useQuery({ queryKey: SECOND_FACTOR, queryFn: getSecondFactor });
}

export function useSessions() {
  return useQuery({ queryKey: SESSIONS, queryFn: listSessions });
}
