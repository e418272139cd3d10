import type { Outputs } from "./outputs.ts";

/** What the card points at. */
export interface Around {
  /** Where the authority's certificate was written to. */
  readonly caFile: string;
  /** What `make env` needs to hear to choose the cluster: nothing for the checkout's own. */
  readonly chosen: string;
}

/** What a person needs to use the registry, without a password. */
export function card(outputs: Outputs, { caFile, chosen }: Around): string {
  const { url, accounts, certificateExpires, certificateRenewsFrom, loginCommand } = outputs;
  const [expires, renews] = [certificateExpires, certificateRenewsFrom].map((time) => time.slice(0, 10));
  return [
    "The registry is up:",
    row("address", url),
    row("accounts", accounts.map(({ name, role }) => `${name} (${role})`).join(", ")),
    row("CA file", caFile),
    row("certificate", `expires ${expires}, renewed by the first make up from ${renews} on`),
    `After eval "$(make -s env${chosen})":`,
    row("passwords", "pulumi stack output accounts --show-secrets"),
    row("log in", loginCommand.replaceAll(betweenCommands, " |\n")),
    row("clients", "pulumi stack output clientSetup --json | jq -r .docker # or .podman, .ci"),
    row("nodes", 'sh -c "$(pulumi stack output nodes)"'),
  ].join("\n");
}

/** A pipe of the shell's, not one inside the words of jq. */
const betweenCommands = / \| (?=[a-z]+ )/g;

const row = (name: string, text: string) =>
  `  ${name.padEnd(13)}${text.replaceAll("\n", `\n${" ".repeat(15)}`)}`;
