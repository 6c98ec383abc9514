import { ApiProblem, asProblem } from "@/lib/api/problem";
import type { FileValue } from "@/lib/document";
import { beginUpload, getUpload, removeUpload, sendChunk } from "./api";
import { mediaTypeOf } from "./kinds";
import { forget, isSame, type Place, recall, remember } from "./remembered";

export type Phase = "sending" | "waiting" | "paused" | "failed" | "done";
export type Progress = { phase: Phase; sent: number; size: number; problem: ApiProblem | null };

const SMALLEST = 128 * 1024;
const FIRST = 256 * 1024;
const WAITS = [1, 2, 5, 10, 30];

/**
 * One file on its way. Chunks grow while the line is fast and shrink while it is slow, so that the bar moves and little is
 * sent twice. Where nobody answers it waits for the line and asks where to go on; what the server refuses ends it.
 */
export class Upload {
  private uid: string | null = null;
  private sent = 0;
  private chunk = FIRST;
  private most = 1024 * 1024;
  private abort = new AbortController();
  private failures = 0;
  private wake: (() => void) | null = null;
  private over = false;
  progress: Progress;
  /** Whoever shows it; it goes on while another page of the form is open. */
  onProgress: (() => void) | null = null;

  constructor(
    readonly place: Place,
    readonly file: File,
    public onDone: (value: FileValue) => void,
  ) {
    this.progress = { phase: "sending", sent: 0, size: file.size, problem: null };
  }

  /** Sends the file, or what is missing of it where the same one broke off here. */
  async start(): Promise<void> {
    const known = recall(this.place);
    if (known && isSame(known, this.file)) this.uid = known.uid;
    else if (known) await this.discard(known.uid);
    await this.run();
  }

  pause(): void {
    this.stop();
    this.tell("paused");
  }

  async resume(): Promise<void> {
    this.abort = new AbortController();
    this.failures = 0;
    this.over = false;
    await this.run();
  }

  /** Ends it for good: what was sent is removed. */
  async cancel(): Promise<void> {
    this.stop();
    forget(this.place);
    if (this.uid) await this.discard(this.uid);
  }

  /** Leaves the page: what was sent stays, and is remembered. */
  stop(): void {
    this.over = true;
    this.abort.abort();
    this.wake?.();
  }

  private async discard(uid: string): Promise<void> {
    forget(this.place);
    // Where that fails the server collects it after a day.
    await removeUpload(this.place, uid).catch(() => undefined);
  }

  private async run(): Promise<void> {
    while (!this.over) {
      try {
        const value = await this.send();
        if (value === null) return;
        forget(this.place);
        this.tell("done");
        this.onDone(value);
        return;
      } catch (error) {
        if (this.over) return;
        const problem = asProblem(error);
        if (!problem.isTransient || problem.slug === "storage-unavailable") {
          this.fail(problem);
          return;
        }
        this.tell("waiting");
        await this.wait(problem.retryAfter);
      }
    }
  }

  private fail(problem: ApiProblem): void {
    if (problem.slug === "file-refused" || problem.status === 404) {
      forget(this.place);
      this.uid = null;
      this.sent = 0;
    }
    this.tell("failed", problem);
  }

  private async send(): Promise<FileValue | null> {
    await this.findStart();
    this.tell("sending");
    while (this.uid && this.sent < this.file.size) {
      if (this.over) return null;
      const begun = performance.now();
      const { uid, sent, chunk } = this;
      const piece = this.file.slice(sent, sent + chunk);
      this.sent = await sendChunk(this.place, uid, sent, piece, this.abort.signal);
      this.failures = 0;
      this.pace(performance.now() - begun);
      this.keep();
      this.tell("sending");
    }
    if (!this.uid || this.over) return null;
    const { answer } = await getUpload(this.place, this.uid);
    if (!answer) throw new ApiProblem(422, "file-refused", "", "");
    return answer;
  }

  private async findStart(): Promise<void> {
    if (this.uid) {
      const stands = await getUpload(this.place, this.uid).catch((error: unknown) => {
        if (asProblem(error).status === 404) return null;
        throw error;
      });
      if (stands && stands.state !== "refused") {
        this.sent = stands.offset;
        this.most = stands.chunk_size;
        return;
      }
    }
    const begun = await beginUpload(this.place, this.file, mediaTypeOf(this.file));
    this.uid = begun.uid;
    this.sent = begun.offset;
    this.most = begun.chunk_size;
    this.keep();
  }

  private pace(milliseconds: number): void {
    if (milliseconds < 1000) this.chunk = Math.min(this.most, this.chunk * 2);
    else if (milliseconds > 5000) this.chunk = Math.max(SMALLEST, this.chunk / 2);
  }

  private keep(): void {
    if (!this.uid) return;
    const { name, size, lastModified } = this.file;
    remember(this.place, { uid: this.uid, name, size, modified: lastModified, offset: this.sent });
  }

  private tell(phase: Phase, problem: ApiProblem | null = null): void {
    this.progress = { phase, sent: this.sent, size: this.file.size, problem };
    this.onProgress?.();
  }

  /** Waits for a while, or for the line to come back, whichever is first. */
  private wait(retryAfter: number | null): Promise<void> {
    const step = WAITS[Math.min(this.failures++, WAITS.length - 1)] ?? 30;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        window.removeEventListener("online", done);
        this.wake = null;
        resolve();
      };
      const timer = setTimeout(done, (retryAfter ?? step) * 1000);
      window.addEventListener("online", done);
      this.wake = done;
    });
  }
}
