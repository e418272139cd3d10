/**
 * The local cluster as its users have it: three nodes, and what runs on them. Needs root and what
 * `node local/main.ts tools` builds; `node local/test/run.ts e2e cluster` runs it alone.
 */
import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { nodeAddress } from "../../cluster/addresses.ts";
import { machineDirectory } from "../../cluster/record.ts";
import { references } from "../../images/catalog.ts";
import { run } from "../../machine/run.ts";
import { eventually, local, localOk } from "../support/cli.ts";
import { changesSince, processesOf, type Snapshot, snapshot } from "../support/machine.ts";
import { TestCluster } from "../support/test-cluster.ts";

const name = "e2e-cluster";
const busybox = references.busybox;
let machine: Snapshot;
let cluster: TestCluster;

before(async () => {
  await localOk(["stop", "--name", name]);
  machine = await snapshot();
  cluster = await TestCluster.start(name, ["--nodes", "3"]);
});

after(() => localOk(["stop", "--name", name]));

const addressOf = (number: number) => nodeAddress(cluster.record.subnet, number);

/** A pod template that serves its node's name over HTTP on port 8080. */
function webServer(app: string, extra: object = {}, port: object = {}) {
  const script =
    'mkdir -p /tmp/www && echo "$NODE" >/tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www';
  const container = {
    name: "web",
    image: busybox,
    command: ["sh", "-c", script],
    env: [{ name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
    ports: [{ containerPort: 8080, ...port }],
    readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 },
  };
  return {
    metadata: { labels: { app } },
    spec: { terminationGracePeriodSeconds: 0, containers: [container], ...extra },
  };
}

const workload = (kind: string, app: string, spec: object) => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: app },
  spec: { selector: { matchLabels: { app } }, ...spec },
});

test("three nodes of the pinned version are Ready, with their images", async () => {
  await cluster.awaitReady(["node-1", "node-2", "node-3"], 5);
  const versions = await cluster.kubectl(
    "get",
    "nodes",
    "-o",
    "jsonpath={.items[*].status.nodeInfo.kubeletVersion}",
  );
  assert.equal(versions, "v1.34.4 v1.34.4 v1.34.4");
  for (const node of ["node-1", "node-2", "node-3"]) {
    const { stdout } = await localOk([
      "exec",
      "--name",
      name,
      node,
      "--",
      "ctr",
      "-n",
      "k8s.io",
      "images",
      "ls",
      "-q",
    ]);
    for (const reference of Object.values(references))
      assert.ok(stdout.includes(reference), `${node}: ${reference}`);
  }
});

test("nodes share the files of the images, and each has what it knows of them for itself", async () => {
  const store = (node: string) => join(machineDirectory(cluster.record, node), "var/lib/containerd");
  const [one = [], other = []] = await Promise.all(
    ["node-1", "node-2"].map(async (node) => {
      const listed = await run("find", [store(node), "-type", "f", "-printf", "%i %P\n"]);
      return listed.trim().split("\n");
    }),
  );
  const theirs = new Set(other);
  const isDatabase = (file: string) => file.endsWith(".db");
  assert.deepEqual(
    one.filter((file) => isDatabase(file) && theirs.has(file)),
    [],
  );
  const layers = one.filter((file) => file.includes("/blobs/"));
  assert.ok(layers.length >= Object.keys(references).length * 3, `${layers.length}`);
  assert.deepEqual(
    layers.filter((file) => !theirs.has(file)),
    [],
  );
});

test("the kubeconfig is its own file, for root alone", async () => {
  const path = `${cluster.record.directory}/kubeconfig`;
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal(JSON.parse(await readFile(path, "utf8"))["current-context"], name);
});

test("pods of a DaemonSet on every node reach a Service of Deployment pods by its DNS name", async () => {
  const spread = { topologyKey: "kubernetes.io/hostname", maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" };
  const constraint = { ...spread, labelSelector: { matchLabels: { app: "web" } } };
  // Not wget -T: with it, Debian's static busybox crashes.
  const ask =
    "timeout 3 wget -q -O /tmp/answer http://web.default.svc.cluster.local && grep -q node- /tmp/answer";
  const client = {
    name: "client",
    image: busybox,
    command: ["sh", "-c", `until ${ask}; do sleep 0.3; done; touch /tmp/ok; exec sleep 3600`],
    readinessProbe: { exec: { command: ["test", "-e", "/tmp/ok"] }, periodSeconds: 1 },
  };
  await cluster.apply(
    workload("Deployment", "web", {
      replicas: 3,
      template: webServer("web", { topologySpreadConstraints: [constraint] }),
    }),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: {
        type: "NodePort",
        selector: { app: "web" },
        ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }],
      },
    },
    workload("DaemonSet", "client", {
      template: {
        metadata: { labels: { app: "client" } },
        spec: { terminationGracePeriodSeconds: 0, containers: [client] },
      },
    }),
  );
  await cluster.rollout("deployment/web", 30);
  await cluster.rollout("daemonset/client", 30);
  const nodes = await cluster.kubectl(
    "get",
    "pods",
    "-l",
    "app=web",
    "-o",
    "jsonpath={.items[*].spec.nodeName}",
  );
  assert.deepEqual(nodes.split(" ").sort(), ["node-1", "node-2", "node-3"]);
});

test("a node port answers from this machine on every node", async () => {
  for (const number of [1, 2, 3]) {
    const response = await fetch(`http://${addressOf(number)}:30080/`, { signal: AbortSignal.timeout(5000) });
    assert.match(await response.text(), /^node-[123]\n$/);
  }
});

test("a host port answers on its own node's address", async () => {
  const template = webServer("hostport", { nodeName: "node-2" }, { hostPort: 5045 });
  await cluster.apply(workload("Deployment", "hostport", { template }));
  await cluster.rollout("deployment/hostport", 30);
  const answer = await fetch(`http://${addressOf(2)}:5045/`, { signal: AbortSignal.timeout(5000) });
  assert.equal(await answer.text(), "node-2\n");
  await assert.rejects(fetch(`http://${addressOf(3)}:5045/`, { signal: AbortSignal.timeout(5000) }));
});

test("a claim gets a volume of the default class, which outlives its pod and goes with the claim", async () => {
  const claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "16Mi" } } },
  };
  const volume = { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] };
  const pod = (podName: string, script: string) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: podName },
    spec: {
      ...volume,
      restartPolicy: "Never",
      containers: [
        {
          name: "main",
          image: busybox,
          command: ["sh", "-c", script],
          volumeMounts: [{ name: "data", mountPath: "/data" }],
        },
      ],
    },
  });
  const finished = (podName: string) =>
    cluster.kubectl("wait", `pod/${podName}`, "--for=jsonpath={.status.phase}=Succeeded", "--timeout=45s");
  await cluster.apply(claim, pod("writer", "echo kept >/data/file"));
  await finished("writer");
  await cluster.apply(pod("reader", "grep -q kept /data/file"));
  await finished("reader");
  const path = await cluster.kubectl("get", "pv", "-o", "jsonpath={.items[0].spec.hostPath.path}");
  const node = await cluster.kubectl("get", "pod", "writer", "-o", "jsonpath={.spec.nodeName}");
  const onMachine = `${machineDirectory(cluster.record, node)}${path}`;
  assert.equal(await readFile(`${onMachine}/file`, "utf8"), "kept\n");
  await cluster.kubectl("delete", "pod", "writer", "reader", "--grace-period=0", "--force");
  await cluster.kubectl("delete", "pvc", "data");
  await eventually("the volume's folder to be removed", 45, async () =>
    (await stat(onMachine).catch(() => undefined)) ? undefined : true,
  );
});

test("file capabilities of the images hold: caddy binds port 80 as a user who may only that", async () => {
  const security = { runAsNonRoot: true, runAsUser: 1000, allowPrivilegeEscalation: false };
  const container = (extra: object) => ({
    name: "caddy",
    image: references.caddy,
    securityContext: { ...security, capabilities: { drop: ["ALL"], ...extra } },
    readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 },
  });
  const pod = (podName: string, extra: object) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: podName },
    spec: { restartPolicy: "Never", terminationGracePeriodSeconds: 0, containers: [container(extra)] },
  });
  await cluster.apply(pod("caddy-may", { add: ["NET_BIND_SERVICE"] }), pod("caddy-may-not", {}));
  await cluster.kubectl("wait", "pod/caddy-may", "--for=condition=Ready", "--timeout=30s");
  // The kernel refuses to start a program whose own capabilities the container may not have.
  await cluster.kubectl(
    "wait",
    "pod/caddy-may-not",
    "--for=jsonpath={.status.phase}=Failed",
    "--timeout=30s",
  );
});

test("a node is added and Ready within seconds, then removed with its files", async () => {
  const { stdout } = await localOk(["add", "--name", name]);
  assert.equal(stdout, "node-4\n");
  await cluster.awaitReady(["node-1", "node-2", "node-3", "node-4"], 5);
  await cluster.rollout("daemonset/client", 30);
  await localOk(["remove", "--name", name, "node-4"]);
  await eventually("node-4 to be gone", 10, async () =>
    (await cluster.kubectl("get", "nodes", "-o", "name")).includes("node-4") ? undefined : true,
  );
  assert.equal(await stat(machineDirectory(cluster.record, "node-4")).catch(() => "gone"), "gone");
});

test("a second cluster beside it has its own addresses, and its end touches nothing of the first", async (t) => {
  t.after(() => localOk(["stop", "--name", "e2e-beside"]));
  const other = await TestCluster.start("e2e-beside", []);
  assert.notEqual(other.record.subnet.prefix, cluster.record.subnet.prefix);
  assert.deepEqual(await other.readyNodes(), ["node-1"]);
  await other.apply(
    workload("Deployment", "hostport", { template: webServer("hostport", {}, { hostPort: 5045 }) }),
  );
  await other.rollout("deployment/hostport", 30);
  await localOk(["stop", "--name", "e2e-beside"]);
  const answer = await fetch(`http://${addressOf(2)}:5045/`, { signal: AbortSignal.timeout(5000) });
  assert.equal(await answer.text(), "node-2\n");
  await cluster.awaitReady(["node-1", "node-2", "node-3"], 5);
});

test("starting a whole cluster again changes nothing", async () => {
  const was = processesOf(name).length;
  const { stderr } = await localOk(["start", "--name", name]);
  assert.match(stderr, /runs already, with 3 nodes/);
  assert.ok(Math.abs(processesOf(name).length - was) <= 3);
});

test("stop leaves nothing behind", async () => {
  const { seconds } = await localOk(["stop", "--name", name]);
  assert.deepEqual(processesOf(name), []);
  assert.deepEqual(await changesSince(machine), []);
  console.log(`stopped in ${seconds.toFixed(1)} s`);
  assert.equal((await local(["status", "--name", name])).code, 1);
});
