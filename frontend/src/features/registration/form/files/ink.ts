// Drawing on the signature's canvas: dark ink on white, whatever the page's colours are.
export const WIDTH = 900;
export const HEIGHT = 300;
export type Point = readonly [x: number, y: number];

const INK = "#12233f";

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  return canvas.getContext("2d");
}

export function drawLine(canvas: HTMLCanvasElement, from: Point, to: Point): void {
  const context = contextOf(canvas);
  if (!context) return;
  context.strokeStyle = INK;
  context.lineWidth = 5;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}

/** Writes a name over the whole canvas, as large as it fits; an empty one clears it. */
export function drawName(canvas: HTMLCanvasElement, name: string): void {
  const context = contextOf(canvas);
  if (!context) return;
  context.clearRect(0, 0, WIDTH, HEIGHT);
  if (!name.trim()) return;
  const font = (size: number) =>
    `italic ${size}px cursive, "Noto Sans Devanagari", "Noto Sans Arabic", serif`;
  context.fillStyle = INK;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = font(120);
  const width = context.measureText(name).width;
  context.font = font(Math.min(120, (120 * (WIDTH - 60)) / Math.max(width, 1)));
  context.fillText(name, WIDTH / 2, HEIGHT / 2);
}

export function pictureOf(canvas: HTMLCanvasElement): Promise<File> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(new File([blob], "signature.png", { type: "image/png" }));
      else reject(new Error("the canvas gave no picture"));
    }, "image/png");
  });
}
