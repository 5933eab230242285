import { createGuestSync } from "guestsync";
import { settings } from "./settings.js";

const guest = createGuestSync(settings());
guest.set({ bundler: "webpack" });
window.flushed = guest.flush();
