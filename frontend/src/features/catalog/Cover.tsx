import type { EventImage } from "@/lib/api/types";
import "./cover.css";

const PALETTES = 5;
const MOTIFS = 4;

function hash(seed: string): number {
  let value = 2166136261;
  for (const char of seed) value = Math.imul(value ^ char.charCodeAt(0), 16777619);
  return value >>> 0;
}

type CoverProps = { seed: string; image: EventImage | null; tall?: boolean };

/** A program's picture, or a drawn cover in its place: the same program always gets the same one. */
export function Cover({ seed, image, tall = false }: CoverProps) {
  return image ? <Photograph image={image} tall={tall} /> : <Drawing seed={seed} tall={tall} />;
}

function Photograph({ image, tall }: { image: EventImage; tall: boolean }) {
  const sources = (type: string) =>
    image.files
      .filter((file) => file.type === type)
      .map((file) => `${file.url} ${file.width}w`)
      .join(", ");
  const sizes = tall ? "(min-width: 75rem) 72rem, 100vw" : "(min-width: 40rem) 24rem, 100vw";
  return (
    <picture>
      <source type="image/webp" srcSet={sources("image/webp")} sizes={sizes} />
      <img
        className={`cover cover-photo${tall ? " cover-tall" : ""}`}
        src={image.url}
        srcSet={sources("image/jpeg")}
        sizes={sizes}
        width={image.width}
        height={image.height}
        // The title beside it says what the program is.
        alt=""
        loading={tall ? "eager" : "lazy"}
        decoding="async"
      />
    </picture>
  );
}

function Drawing({ seed, tall }: { seed: string; tall: boolean }) {
  const number = hash(seed);
  const Motif = [Sunrise, Hills, Ripples, Weave][Math.floor(number / PALETTES) % MOTIFS] ?? Sunrise;
  return (
    <svg
      className={`cover cover-${number % PALETTES}${tall ? " cover-tall" : ""}`}
      viewBox="0 0 400 180"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      <rect width="400" height="180" fill="var(--c1)" />
      <Motif />
    </svg>
  );
}

function Sunrise() {
  return (
    <g fill="none" strokeWidth="22">
      <circle cx="290" cy="190" r="60" fill="var(--c3)" />
      <circle cx="290" cy="190" r="95" stroke="var(--c2)" />
      <circle cx="290" cy="190" r="140" stroke="var(--c2)" opacity="0.6" />
      <circle cx="290" cy="190" r="185" stroke="var(--c2)" opacity="0.3" />
    </g>
  );
}

function Hills() {
  return (
    <g>
      <circle cx="110" cy="62" r="34" fill="var(--c3)" />
      <path d="M0 130q80-70 180-16t220-34v100H0z" fill="var(--c2)" opacity="0.55" />
      <path d="M0 160q110-60 210-10t190-20v50H0z" fill="var(--c2)" />
    </g>
  );
}

function Ripples() {
  return (
    <g fill="none" stroke="var(--c2)" strokeWidth="12" strokeLinecap="round">
      <path d="M-20 60q50-36 100 0t100 0 100 0 100 0 100 0" opacity="0.35" />
      <path d="M-40 100q50-36 100 0t100 0 100 0 100 0 100 0" opacity="0.65" />
      <path d="M-20 140q50-36 100 0t100 0 100 0 100 0 100 0" />
      <circle cx="320" cy="46" r="26" fill="var(--c3)" stroke="none" />
    </g>
  );
}

function Weave() {
  const cells = Array.from({ length: 10 }, (_, column) => column);
  return (
    <g>
      {cells.flatMap((column) =>
        [0, 1, 2, 3].map((row) => (
          <path
            key={`${column}-${row}`}
            d="M0 40a40 40 0 0 1 40-40v40z"
            fill={(column * 3 + row * 5) % 7 === 0 ? "var(--c3)" : "var(--c2)"}
            opacity={0.35 + ((column + row * 2) % 4) * 0.2}
            transform={`translate(${column * 44} ${row * 46}) rotate(${((column + row) % 4) * 90} 20 20)`}
          />
        )),
      )}
    </g>
  );
}
