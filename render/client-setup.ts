/**
 * What a person runs to use the registry from another machine; none of it holds a password. Nobody has to be told to
 * trust a public authority.
 */
export function clientSetup(server: string, user: string, { isPublic = false } = {}) {
  const ca = "pulumi stack output caCertificate";
  const password = `pulumi stack output accounts --show-secrets --json | jq -r '.[] | select(.name == "${user}").password'`;
  const login = (tool: string) => `${password} | ${tool} login ${server} -u ${user} --password-stdin`;
  if (isPublic)
    return {
      loginCommand: login("docker"),
      clientSetup: { docker: login("docker"), podman: login("podman"), ci: login("crane auth") },
    };
  return {
    loginCommand: login("docker"),
    clientSetup: {
      docker: `${ca} | sudo install -D /dev/stdin /etc/docker/certs.d/${server}/ca.crt && ${login("docker")}`,
      podman: `${ca} | sudo install -D /dev/stdin /etc/containers/certs.d/${server}/ca.crt && ${login("podman")}`,
      ci: `${ca} > registry-ca.crt && export SSL_CERT_FILE=$PWD/registry-ca.crt && ${login("crane auth")}`,
    },
  };
}
