// Why the reader disagrees: asked for wherever something was moved, and saved with the view.
import { because, reasonOf, touched } from "../store";

export function Reason({ subject, about }: { subject: string; about: string }) {
  if (!touched(subject)) return null;
  return (
    <label class="reason">
      <span>Why? <em>{about}</em></span>
      <textarea rows={2} value={reasonOf(subject)} placeholder="Saved with your view, for the authors to answer." onInput={(event) => because(subject, event.currentTarget.value)} />
    </label>
  );
}
