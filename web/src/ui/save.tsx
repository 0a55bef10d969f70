// The view as a scenario file and as an address.
import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { toAddress } from "../address";
import { choice, isMoved, message, page } from "../store";
import { scenario } from "../scenario";
import { yaml } from "../yaml";

const title = signal("");
const reason = signal("");

const slug = (text: string): string => text.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 40) || "my_view";

export function download(name: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

export function Save() {
  const dialog = useRef<HTMLDialogElement>(null);
  const file = `${slug(title.value)}.yaml`;
  const save = (): void => {
    const head = `# A view of ${page.title}\n# Made with the page of bayes-trace explore ${page.version}, of the set ${page.digest.slice(0, 12)}.\n`;
    download(file, head.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, " ") + yaml(scenario(page, choice.value, title.value || "My view", reason.value)), "application/yaml");
    dialog.current?.close();
    message.value = { text: `Saved as ${file}.` };
  };
  const copy = async (): Promise<void> => {
    const address = `${location.href.split("#")[0]}#${await toAddress(page, choice.value)}`;
    history.replaceState(null, "", address);
    try {
      await navigator.clipboard.writeText(address);
      message.value = { text: "The address of this view is copied; it holds every change, every reason and the state of the set." };
    } catch {
      message.value = { text: "The address of this view now stands in the address bar." };
    }
  };
  return (
    <>
      <button type="button" onClick={() => void copy()}>Cite this view</button>
      <button type="button" class="main" disabled={!isMoved.value} onClick={() => dialog.current?.showModal()}>Save my view</button>
      <dialog ref={dialog} aria-labelledby="save">
        <h2 id="save">Save my view</h2>
        <p class="small">As a scenario that the authors' program reads: every number you moved, with your reasons.</p>
        <label>Its name <input type="text" value={title.value} placeholder="Second referee" onInput={(event) => (title.value = event.currentTarget.value)} /></label>
        <label>In general <textarea rows={4} value={reason.value} placeholder="What you doubt, and why." onInput={(event) => (reason.value = event.currentTarget.value)} /></label>
        <p class="small">The authors then see it beside their own with <code>bayes-trace compare {page.id} -s {file}</code></p>
        <p class="buttons"><button type="button" onClick={() => dialog.current?.close()}>Not now</button><button type="button" class="main" onClick={save}>Save {file}</button></p>
      </dialog>
    </>
  );
}
