/** What signs in to a registry. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The text of a Secret's `.dockerconfigjson`, and of `~/.docker/config.json`: the same credentials for each server. */
export function dockerConfig(servers: readonly string[], { username, password }: Credentials): string {
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  // A list of pairs, not an object literal: also a server called __proto__ is then a key like any other.
  const auths = Object.fromEntries(servers.map((server) => [server, { username, password, auth }]));
  return JSON.stringify({ auths });
}
