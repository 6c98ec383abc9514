import type { LocalizedText } from "@/lib/api/types";
import type { Media } from "@/lib/document";
import { useForm } from "./context";

/** Only what a page may load anyway: an address on this site or over HTTPS. */
function addressOf(text: string): string | null {
  return /^(https:\/\/|\/(?!\/))/.test(text) ? text : null;
}

/** The picture, sound and film of a question. The question itself is the picture's description. */
export function FieldMedia({ media, label }: { media: Media | undefined; label: string }) {
  const form = useForm();
  if (!media) return null;
  const find = (text: LocalizedText | undefined) => addressOf(form.text(text));
  const image = find(media.image);
  const audio = find(media.audio);
  const video = find(media.video);
  return (
    <div className="field-media">
      {image && <img src={image} alt={label} loading="lazy" />}
      {/* biome-ignore lint/a11y/useMediaCaption: the organiser's recordings come without captions; the label says what is asked */}
      {audio && <audio src={audio} controls preload="none" aria-label={label} />}
      {/* biome-ignore lint/a11y/useMediaCaption: as above */}
      {video && <video src={video} controls preload="none" aria-label={label} />}
    </div>
  );
}

export function ChoicePicture({ media }: { media: Media | undefined }) {
  const form = useForm();
  const image = addressOf(form.text(media?.image));
  return image ? <img className="choice-picture" src={image} alt="" loading="lazy" /> : null;
}

/** What an organiser wrote for whoever wants to know more (ODK's guidance hint). */
export function Guidance({ text }: { text: string }) {
  const { guidanceTitle } = useForm();
  if (!text) return null;
  return (
    <details className="guidance">
      <summary>{guidanceTitle}</summary>
      <p>{text}</p>
    </details>
  );
}
