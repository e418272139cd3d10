package kubernetes

import (
	"fmt"
	"strings"
	"testing"
)

func manifestOf(t *testing.T, text string) []*object {
	t.Helper()
	objects, err := parseManifest(text)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func TestOrder(t *testing.T) {
	for name, test := range map[string]struct{ manifest, order string }{
		"the usual one, then by group and kind, namespace and name": {`
{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: last}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: job, namespace: a}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, namespace: b}}
---
{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: b}}
---
{apiVersion: v1, kind: Pod, metadata: {name: c, namespace: a}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: app, namespace: a}}
---
{apiVersion: v1, kind: Secret, metadata: {name: secret, namespace: a}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: other}}
`, "other secret app c a b job last"},
		"what is needed first, whatever its kind": {`
{apiVersion: v1, kind: Namespace, metadata: {name: a, annotations: {config.kubernetes.io/depends-on: batch/namespaces/b/Job/job}}}
---
{apiVersion: v1, kind: Secret, metadata: {name: secret, namespace: a}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: job, namespace: b}}
`, "job a secret"},
		"the last of two": {`
{apiVersion: v1, kind: Pod, metadata: {name: pod, generateName: first}}
---
{apiVersion: v1, kind: Pod, metadata: {name: pod, generateName: second}}
`, "pod(second)"},
	} {
		ordered, _, err := inOrder(manifestOf(t, test.manifest))
		var names []string
		for _, one := range ordered {
			text := one.GetName()
			if extra := one.GetGenerateName(); extra != "" {
				text += "(" + extra + ")"
			}
			names = append(names, text)
		}
		if found := strings.Join(names, " "); err != nil || found != test.order {
			t.Errorf("%s: expected %q, got %q, %v", name, test.order, found, err)
		}
	}
}

func TestDependenciesThatCannotBe(t *testing.T) {
	const invalid = `invalid object: "space_a__Pod": invalid "config.kubernetes.io/depends-on" annotation: `
	for on, want := range map[string]string{
		"/namespaces/space/Pod/x": invalid + "external dependency: /namespaces/space/Pod/a -> /namespaces/space/Pod/x",
		"/namespaces/space/Pod/b, /namespaces/space/Pod/b": invalid +
			"duplicate dependency: /namespaces/space/Pod/a -> /namespaces/space/Pod/b",
		"a/b":          invalid + `failed to parse object reference (index: 0): expected 3 or 5 fields, found 2: "a/b"`,
		"/space/x/P/b": invalid + `failed to parse object reference (index: 0): missing "namespaces" field: "/space/x/P/b"`,
		"/namespaces/space/Pod/c": `invalid objects: ["space_a__Pod", "space_c__Pod"] cyclic dependency:` +
			"\n- /namespaces/space/Pod/a -> /namespaces/space/Pod/c\n- /namespaces/space/Pod/c -> /namespaces/space/Pod/a",
	} {
		_, _, err := inOrder(manifestOf(t, fmt.Sprintf(`
{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: space, annotations: {config.kubernetes.io/depends-on: %q}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, namespace: space}}
---
{apiVersion: v1, kind: Pod, metadata: {name: c, namespace: space, annotations: {config.kubernetes.io/depends-on: /namespaces/space/Pod/a}}}
`, on)))
		if err == nil || err.Error() != want {
			t.Errorf("%s: expected %q, got %v", on, want, err)
		}
	}
}
