/** What is bundled for the benches and not type-checked: the peers are installed by the benches alone. */
declare module "@amplitude/analytics-browser";
declare module "@rudderstack/analytics-js/bundled";
declare module "@segment/analytics-next";
declare module "@snowplow/browser-tracker";
declare module "axios";
declare module "express";
declare module "guestsync";
declare module "libphonenumber-js/max";
