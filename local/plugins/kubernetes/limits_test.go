package kubernetes

import (
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func TestLimits(t *testing.T) {
	t.Setenv("PULUMI_K8S_CLIENT_BURST", "7")
	t.Setenv("PULUMI_K8S_CLIENT_QPS", "many")
	found, err := variables{"kubernetes:config:kubeClientSettings": `{"qps":2.5}`}.limits()
	if err != nil || *found.Burst != 7 || *found.QPS != 2.5 || *found.Timeout != 0 {
		t.Errorf("expected what is set, then the environment, then the usual; got %v, %v", found, err)
	}
	if _, err := (variables{}).limits(); err == nil || !strings.HasPrefix(err.Error(), "invalid value specified for PULUMI_K8S_CLIENT_QPS: ") {
		t.Errorf("expected the environment to be refused, got %v", err)
	}
}

func TestMistakenSettingsAreRefusedWithoutACluster(t *testing.T) {
	for name, value := range map[string]string{"kubeClientSettings": `{"burst":"x"}`, "helmReleaseSettings": `{"driver":1}`} {
		_, err := offline().Configure(t.Context(), &pulumirpc.ConfigureRequest{Variables: map[string]string{
			"kubernetes:config:kubeconfig": "no: [kubeconfig", "kubernetes:config:" + name: value,
		}})
		if err == nil || !strings.HasPrefix(err.Error(), "failed to unmarshal "+name+" option: ") {
			t.Errorf("%s: expected it to be refused, got %v", name, err)
		}
	}
}
