// Why the reader disagrees: asked for wherever something was moved, and saved with the view.
import { because, choice } from "../store";

export function Reason({ subject, about }: { subject: string; about: string }) {
  return (
    <label class="reason">
      <span>Why? <em>{about}</em></span>
      <textarea rows={2} value={choice.value.reasons[subject] ?? ""} placeholder="Saved with your view, for the authors to answer." onInput={(event) => because(subject, event.currentTarget.value)} />
    </label>
  );
}
