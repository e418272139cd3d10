/** Error codes of OCI's distribution specification that the gateway itself answers with. */
export type OciErrorCode =
  | "UNAUTHORIZED"
  | "DENIED"
  | "NAME_UNKNOWN"
  | "SIZE_INVALID"
  | "UNAVAILABLE"
  | "UNKNOWN";

/** The body of an error as OCI's distribution specification wants it; clients show the message to people. */
export function ociError(code: OciErrorCode, message: string): string {
  return JSON.stringify({ errors: [{ code, message }] });
}
