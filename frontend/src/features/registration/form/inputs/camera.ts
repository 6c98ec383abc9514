// BarcodeDetector is not in TypeScript's list of browser interfaces yet: https://wicg.github.io/shape-detection-api/
type Detector = { detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]> };
type Reader = typeof globalThis & { BarcodeDetector?: new () => Detector };

export function canScan(): boolean {
  return "BarcodeDetector" in globalThis && Boolean(navigator.mediaDevices?.getUserMedia);
}

/** Shows the camera in `video` and resolves with the first code it sees; rejects without a camera, or once `signal` is aborted. */
export async function readCode(video: HTMLVideoElement, signal: AbortSignal): Promise<string> {
  const { BarcodeDetector } = globalThis as Reader;
  if (!BarcodeDetector) throw new Error("This browser reads no codes.");
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment" },
  });
  try {
    video.srcObject = stream;
    await video.play();
    const detector = new BarcodeDetector();
    for (;;) {
      signal.throwIfAborted();
      const [found] = await detector.detect(video);
      if (found?.rawValue) return found.rawValue;
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}
