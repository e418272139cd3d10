package kubernetes

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
)

func invoke(t *testing.T, function string, arguments properties) (properties, error) {
	t.Helper()
	response, err := offline().Invoke(t.Context(), &pulumirpc.InvokeRequest{
		Tok: "kubernetes:" + function, Args: rpc.Encode(arguments),
	})
	return rpc.Decode(response.GetReturn()), err
}

func TestDecode(t *testing.T) {
	found, err := invoke(t, "yaml:decode", properties{
		"text": "{apiVersion: v1, kind: Pod, a: null}\n---\n---\n{apiVersion: v1, kind: Node}\n", "defaultNamespace": "space",
	})
	want := properties{"result": []any{
		properties{"apiVersion": "v1", "kind": "Pod", "a": nil, "metadata": properties{"namespace": "space"}},
		properties{"apiVersion": "v1", "kind": "Node"},
	}}
	if err != nil || !reflect.DeepEqual(found, want) {
		t.Errorf("expected %v, got %v, %v", want, found, err)
	}
}

func TestFunctionsRefuseBadArguments(t *testing.T) {
	outside := writeFiles(t, map[string]string{
		"own/kustomization.yaml":    "resources: [../other.yaml]\n",
		"other.yaml":                "{apiVersion: v1, kind: Pod, metadata: {name: pod}}\n",
		"charts/kustomization.yaml": "helmCharts: [{name: chart}]\n",
	})
	t.Setenv("PATH", outside) // which has no helm
	for _, test := range []struct {
		function, argument, value, helm, want string
	}{
		{"yaml:decode", "", "", "", "missing required field 'text' of type string"},
		{"kustomize:directory", "", "", "", "missing required field 'directory' of type string"},
		{"kustomize:directory", "directory", "./none", "", `failed to retrieve specified kustomize directory: "./none": invalid URL scheme: `},
		{"kustomize:directory", "directory", "https://example.com/", "", `"https://example.com/": invalid Git URL`},
		{"kustomize:directory", "directory", outside + "/own", "", "is not in or below"},
		{"kustomize:directory", "directory", outside, "", `kustomize failed for directory "` + outside + `": unable to find one of`},
		{"kustomize:directory", "directory", outside + "/charts", "", "must specify --enable-helm"},
		{"kustomize:directory", "directory", outside + "/charts", "TRUE", `the helmCharts feature requires "helm" binary to be on the system PATH`},
		{"helm:template", "jsonOpts", "{}", "", "kubernetes:helm:template needs the published kubernetes plugin: this one comes without Helm"},
		{"other:function", "", "", "", `unknown Invoke type "kubernetes:other:function"`},
	} {
		t.Setenv("PULUMI_K8S_KUSTOMIZE_HELM", test.helm)
		if _, err := invoke(t, test.function, properties{test.argument: test.value}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s of %q: expected %q, got %v", test.function, test.value, test.want, err)
		}
	}
}

func TestDirectoriesInRepositories(t *testing.T) {
	repository := writeFiles(t, map[string]string{
		"some/folder/kustomization.yaml": "resources: [pod.yaml]\n",
		"some/folder/pod.yaml":           "{apiVersion: v1, kind: Pod, metadata: {name: pod}}\n",
	})
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	git := func(arguments ...string) string {
		t.Helper()
		command := exec.Command("git", append([]string{"-C", repository, "-c", "user.name=n", "-c", "user.email=e"}, arguments...)...)
		said, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		return strings.TrimSpace(string(said))
	}
	git("init", "--quiet", "--initial-branch=main")
	git("add", ".")
	git("commit", "--quiet", "--message=first")
	git("branch", "release/v1")
	first := git("rev-parse", "HEAD")
	git("rm", "--quiet", "-r", "some")
	git("commit", "--quiet", "--message=second")
	git("tag", "release")

	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "url.file://"+repository+".insteadOf")
	t.Setenv("GIT_CONFIG_VALUE_0", "https://example.com/owner/name.git")
	t.Setenv("TMPDIR", t.TempDir())
	for folder, want := range map[string]string{
		"name/tree/release/v1/some/folder":         "",
		"name.git/tree/" + first + "/some/folder/": "",
		"name/some/folder":                         "kustomize failed for directory",
		"name/tree/main/some/folder":               "kustomize failed for directory",
		"name/tree/none/some/folder":               "failed to get git ref: invalid Git URL",
	} {
		found, err := invoke(t, "kustomize:directory", properties{"directory": "https://example.com/owner/" + folder})
		pods, _ := found["result"].([]any)
		if want == "" && (err != nil || len(pods) != 1) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: expected %q or a pod, got %v, %v", folder, want, found, err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "*")); err != nil || len(left) > 0 {
		t.Errorf("expected no clones to be left, got %v, %v", left, err)
	}
}
