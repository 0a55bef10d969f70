import { render } from "preact";
import { api } from "./api";
import { keepAddress, page, readAddress } from "./store";
import { App } from "./ui/app";
import { Blind } from "./ui/blind";

const root = document.getElementById("app")!;
Object.assign(window, { bayesTrace: api(page) });
root.textContent = "";
if (page.mode === "blind") render(<Blind />, root);
else {
  render(<App />, root);
  keepAddress();
  void readAddress();
}
