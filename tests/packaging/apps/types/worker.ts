import { serveProfileForms } from "guestsync/sw";

serveProfileForms({ path: "/api/profile-sync", fields: { email: "/email" } });
// @ts-expect-error A path is text.
serveProfileForms({ path: 1 });
