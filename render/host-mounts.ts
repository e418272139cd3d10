/** The volumes of a host's folders, and where a container has them: each at its own path under /host. */
export function hostMounts(folders: readonly string[]) {
  const named = folders.map((path) => ({ name: `host${path.replaceAll("/", "-")}`, path }));
  return {
    volumes: named.map(({ name, path }) => ({ name, hostPath: { path, type: "DirectoryOrCreate" } })),
    mounts: named.map(({ name, path }) => ({ name, mountPath: `/host${path}` })),
  };
}
