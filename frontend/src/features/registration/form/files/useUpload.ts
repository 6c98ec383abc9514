import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { FileValue } from "@/lib/document";
import { removeUpload } from "./api";
import { forget, type Known, keyOf, type Place, recall } from "./remembered";
import { Upload } from "./Upload";

// Uploads go on while another page of the form is open, and are found again when their question is.
const running = new Map<string, Upload>();
const watchers = new Set<() => void>();

function changed(): void {
  for (const watcher of watchers) watcher();
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function warn(event: BeforeUnloadEvent): void {
  const sending = [...running.values()].some(({ progress }) => progress.phase === "sending");
  if (sending) event.preventDefault();
}
window.addEventListener("beforeunload", warn);

/** What is on its way to one question, or broke off there, and what can be done with it. */
export function useUpload(place: Place, onDone: (value: FileValue, file: File) => void) {
  const key = keyOf(place);
  const upload = useSyncExternalStore(subscribe, () => running.get(key) ?? null);
  const progress = useSyncExternalStore(subscribe, () => running.get(key)?.progress ?? null);
  const [broken, setBroken] = useState<Known | null>(() => recall(place));

  const finish = useCallback(
    (file: File) => (value: FileValue) => {
      running.delete(key);
      onDone(value, file);
      changed();
    },
    [key, onDone],
  );
  useEffect(() => {
    if (upload) upload.onDone = finish(upload.file);
  }, [upload, finish]);

  const choose = useCallback(
    (file: File) => {
      const made = new Upload(place, file, finish(file));
      made.onProgress = changed;
      running.set(key, made);
      setBroken(null);
      changed();
      void made.start();
    },
    [key, place, finish],
  );
  const cancel = async () => {
    const ended = running.get(key);
    running.delete(key);
    setBroken(null);
    changed();
    await ended?.cancel();
  };
  const forgetBroken = async () => {
    forget(place);
    setBroken(null);
    if (broken) await removeUpload(place, broken.uid).catch(() => undefined);
  };
  return { upload, progress, broken: upload ? null : broken, choose, cancel, forgetBroken };
}

/** For tests: nothing is on its way any more. */
export function stopAll(): void {
  for (const upload of running.values()) upload.stop();
  running.clear();
  changed();
}
