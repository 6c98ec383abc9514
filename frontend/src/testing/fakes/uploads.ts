import { HttpResponse, http } from "msw";
import { noContent, problem, type Refusal } from "../problem";

export const UPLOAD = "0d000000-0001-4c1e-9b3a-000000000001";
const CHUNK = 1024 * 1024;

type Begun = { step: string; pointer: string; name: string; size: number; media_type: string };

/** Uploads in memory: one at a time, its bytes as they came. */
export class FakeUploads {
  begun: Begun | null = null;
  begins = 0;
  removed = 0;
  bytes = new Uint8Array();
  /** From so many bytes on nobody answers. */
  stallsAt = Number.POSITIVE_INFINITY;
  /** What the next chunks are answered instead. */
  refusals: (Refusal | "offline")[] = [];

  private get view() {
    const { step, pointer, name, size, media_type } = this.begun as Begun;
    const isDone = this.bytes.length === size;
    return {
      uid: UPLOAD,
      step,
      pointer,
      state: isDone ? "finished" : "receiving",
      offset: this.bytes.length,
      size,
      chunk_size: CHUNK,
      name,
      media_type,
      answer: isDone ? { upload: UPLOAD, name, media_type, size } : null,
      refusal: null,
    };
  }

  readonly handlers = [
    http.post("*/api/v1/registrations/:uid/uploads", async ({ request }) => {
      const body = (await request.json()) as Begun;
      this.begins += 1;
      if (body.media_type === "application/octet-stream") {
        return problem({
          status: 422,
          slug: "validation-failed",
          errors: [{ pointer: "/media_type", code: "type", message: "Not such files." }],
        });
      }
      this.begun = body;
      this.bytes = new Uint8Array();
      return HttpResponse.json(this.view, { status: 201 });
    }),
    http.get(`*/api/v1/registrations/:uid/uploads/${UPLOAD}`, () =>
      this.begun ? HttpResponse.json(this.view) : problem({ status: 404, slug: "not-found" }),
    ),
    http.patch(`*/api/v1/registrations/:uid/uploads/${UPLOAD}`, async ({ request }) => {
      const refusal = this.refusals.shift();
      if (refusal) return refusal === "offline" ? HttpResponse.error() : problem(refusal);
      if (this.bytes.length >= this.stallsAt) return HttpResponse.error();
      const offset = Number(request.headers.get("Upload-Offset"));
      const headers = { "Upload-Offset": String(this.bytes.length) };
      if (offset !== this.bytes.length)
        return problem({ status: 409, slug: "upload-offset-wrong", headers });
      const chunk = new Uint8Array(await request.arrayBuffer());
      this.bytes = new Uint8Array([...this.bytes, ...chunk]);
      headers["Upload-Offset"] = String(this.bytes.length);
      return new HttpResponse(null, { status: 204, headers });
    }),
    http.delete(`*/api/v1/registrations/:uid/uploads/${UPLOAD}`, () => {
      this.removed += 1;
      this.begun = null;
      return noContent();
    }),
    http.get(`*/api/v1/registrations/:uid/uploads/${UPLOAD}/content`, () =>
      HttpResponse.arrayBuffer(this.bytes.buffer as ArrayBuffer),
    ),
  ];
}
