import { canonical, splitPort } from "./address.ts";
import { isDnsName } from "./names.ts";
import { faults, text } from "./scalars.ts";

/** The host and the port of an S3 service's URL; undefined for what is none. */
export function placeOf(url: string): { readonly host: string; readonly port: number } | undefined {
  const [, authority = ""] = /^https:\/\/([^/?#@]+)$/.exec(url) ?? [];
  const place = splitPort(authority) ?? splitPort(`${authority}:443`);
  if (place === undefined || place.port < 1 || place.port > 65535) return undefined;
  const named = isDnsName(place.host) && !/(^|\.)\d+$/.test(place.host);
  return named || canonical(place.host) !== undefined ? place : undefined;
}

/** Whether a service is reached by an address, and has no name. */
export const isAddressed = (url: string) => canonical(placeOf(url)?.host ?? "") !== undefined;

/** Where an S3 service is. */
export const s3Url = text(
  "the https URL of an S3 service, without a path",
  faults(
    [/^http:/, "keys and images would not be protected on their way"],
    [/^s3:\/\//, "it is the service's URL, and the bucket is the setting bucket"],
    [(url) => !/^https:\/\//.test(url), "it must begin with https://"],
    [/@/, "keys belong in storage.accessKey and storage.secretKey"],
    [/[?#]/, "leave out what follows ? or #"],
    [/^https:\/\/[^/]*\/+$/, "leave out the last /"],
    [/^https:\/\/[^/]*\//, "leave out the path: the bucket is the setting bucket"],
    [/[A-Z]/, "write it in lower case"],
    [/:(0+|[7-9]\d{4}|\d{6,})$/, "ports go from 1 to 65535"],
    [/^https:\/\/(localhost(:|$)|127\.|\[::1\])/, "it means another machine to each pod"],
    [(url) => placeOf(url) === undefined, ""],
  ),
  { example: "https://s3.eu-central-1.amazonaws.com" },
);
