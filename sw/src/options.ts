/** Where a form field goes, and under which rules. */
export interface ProfileField {
  /** The member of the profile that the field sets: a JSON Pointer (RFC 6901), such as `/email`. */
  pointer: string;
  /** `replace` (the default) needs the member to be there; `add` does not. */
  operation?: "replace" | "add";
  /** The most bytes of UTF-8, after trimming. Default 4096. */
  maxBytes?: number;
  /** Whether white space at both ends is cut off. Default true. */
  trim?: boolean;
  /** `email`: in lower case; `phone`: in E.164 form where the value has a country code and nothing that needs knowledge of the country. */
  normalise?: "email" | "phone";
  /** The field is sent only while this purpose is granted; without one, submitting the form is the consent. */
  purpose?: string;
}

/** The options of {@link serveProfileForms}. All addresses are resolved against the worker's own. */
export interface ProfileFormsOptions {
  /** The path whose posts are answered. Default `/api/profile-sync`. */
  path?: string;
  /** The Guest API: the gateway. Default `/genesys`. */
  endpoint?: string;
  /** Gives capabilities to whoever holds the guest's cookie. Default `/api/token`. */
  token?: string;
  /** The key set (RFC 7517), on the site's own origin. Default `/.well-known/jwks.json`. */
  keys?: string;
  /** Gives the guest's own key, in the `shared` mode. Default `/api/field-key`. */
  fieldKey?: string;
  /** Form field → member of the profile. Default: `email`, `phone` and `name`, to the members of these names. */
  fields?: Record<string, string | ProfileField>;
  /** Form fields that must have a value. `guestId` always must. */
  required?: string[];
  /** What happens to form fields that are not configured: they are left out (the default), or the form is refused. */
  unknown?: "ignore" | "refuse";
  /** Purpose → the form field that grants it, by `on`, `true`, `yes` or `1`. */
  consent?: Record<string, string>;
  /** `sealed` (the default): JWE to the key set's public key; `shared`: AES-256-GCM with the guest's own key. */
  mode?: "sealed" | "shared";
  /** What a value is bound to in the `shared` mode: guest and field (the default), or nothing. */
  binding?: "field" | "none";
  /**
   * Where capabilities are kept: in the worker's memory (the default), or in Cache Storage too, for deployments whose tokens are dear to
   * get. Any script of the site can read them there.
   */
  tokenCache?: "memory" | "cache-storage";
  /** The path of the site where a navigation lands, with `?guestsync=` and `&field=`. Default: a small built-in page. */
  redirect?: string;
  /**
   * Whether attributes that pages have set (`createGuestSync`) and were left before they had sent them are sent by this worker. Default
   * true.
   */
  attributes?: boolean;
  /** The wasm file. Default: beside the module, or `/guestsync/` for the classic script. */
  wasm?: string;
}

/** What a form is answered with, as JSON, where it was posted by a script. */
export type ProfileAnswer = ProfileSynced | ProfileQueued | ProfileRefused;

/** 200: the server took it. */
export interface ProfileSynced {
  status: "synced";
  guestId: string;
  /** Form fields that were left out because their purpose is not granted. */
  held?: string[];
}

/** 202: it is kept on disk, sealed, and will be sent. */
export interface ProfileQueued {
  status: "queued";
  guestId: string;
  /** Form fields that were left out because their purpose is not granted. */
  held?: string[];
}

/** What the site's pages are told of the queue, as `{guestsync: ProfileEvent}`, and what they are shown of it. */
export type { ProfileEvent, ProfileLetter } from "../../www/src/profile-messages.js";

/** 4xx or 5xx: nothing is going to be sent; 422 is kept among the letters. */
export interface ProfileRefused {
  error: {
    code: ProfileErrorCode;
    /** The form field that the error is about. */
    field?: string;
    message: string;
  };
}

/** The stable codes of errors; 403 and 422 may carry others, from the server. */
export type ProfileErrorCode =
  // 400
  | "field.required"
  | "field.repeated"
  | "field.type"
  | "field.too_long"
  | "field.file"
  | "field.unknown"
  | "form.empty"
  | "form.malformed"
  | "form.too_many_fields"
  | "guest.invalid"
  // 403
  | "guest.mismatch"
  | "session.missing"
  // 413, 415, 422, 502 (by the gateway), 503
  | "form.too_large"
  | "form.type"
  | "upstream.refused"
  | "upstream.unavailable"
  | "keys.unavailable"
  | "storage.unavailable"
  | "worker.unavailable"
  | (string & {});
