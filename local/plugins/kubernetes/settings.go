package kubernetes

import (
	"fmt"
	"os"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// settings are the provider's arguments, from the program, its configuration or the environment.
type settings struct {
	namespace string // where namespaced objects go that name none
	renderTo  string // the directory to write objects to, instead of a cluster

	renderAlways bool // also what did not change

	serverSideApply, patchForce, upsert   bool
	secretMutable, configMapMutable       bool
	deleteUnreachable, skipUnreachable    bool
	hideDeprecations, hideHelmHookWarning bool
}

type variables map[string]string

func (v variables) get(name string) string { return v["kubernetes:config:"+name] }

// flag reads a yes-or-no argument; the environment counts only where the program is silent.
func (v variables) flag(name, env string, otherwise bool) bool {
	value, given := v["kubernetes:config:"+name]
	if !given {
		value, given = os.LookupEnv("PULUMI_K8S_" + env)
	}
	if !given {
		return otherwise
	}
	return value == "true"
}

func (v variables) settings() settings {
	return settings{
		namespace:           v.get("namespace"),
		renderTo:            v.get("renderYamlToDirectory"),
		renderAlways:        v.get("alwaysRender") == "true",
		serverSideApply:     v.flag("enableServerSideApply", "ENABLE_SERVER_SIDE_APPLY", true),
		patchForce:          v.flag("enablePatchForce", "ENABLE_PATCH_FORCE", false),
		upsert:              v.flag("upsertExistingObjects", "UPSERT_EXISTING_OBJECTS", false),
		secretMutable:       v.flag("enableSecretMutable", "ENABLE_SECRET_MUTABLE", false),
		configMapMutable:    v.flag("enableConfigMapMutable", "ENABLE_CONFIGMAP_MUTABLE", false),
		deleteUnreachable:   v.flag("deleteUnreachable", "DELETE_UNREACHABLE", false),
		skipUnreachable:     v.flag("skipUpdateUnreachable", "SKIP_UPDATE_UNREACHABLE", false),
		hideDeprecations:    v.flag("suppressDeprecationWarnings", "SUPPRESS_DEPRECATION_WARNINGS", false),
		hideHelmHookWarning: v.flag("suppressHelmHookWarnings", "SUPPRESS_HELM_HOOK_WARNINGS", false),
	}
}

// kubeconfig finds the cluster: the given file or text, else what kubectl would use.
func (v variables) kubeconfig() (clientcmd.ClientConfig, error) {
	overrides := &clientcmd.ConfigOverrides{
		Context:        api.Context{Cluster: v.get("cluster"), Namespace: v.get("namespace")},
		CurrentContext: v.get("context"),
	}
	if given := v.get("kubeconfig"); given != "" {
		config, err := parseKubeconfig(given)
		if err != nil {
			return nil, fmt.Errorf("failed to parse kubeconfig data in `kubernetes:config:kubeconfig`- %w", err)
		}
		return clientcmd.NewDefaultClientConfig(*config, overrides), nil
	}
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.DefaultClientConfig = &clientcmd.DefaultClientConfig
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides), nil
}

// rest is the way to the API server.
func (l limits) rest(from clientcmd.ClientConfig) (*rest.Config, error) {
	config, err := from.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("unable to load Kubernetes client configuration from kubeconfig file. "+
			"Make sure you have: \n\n \t • set up the provider as per "+
			"https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/ \n\n %w", err)
	}
	config.Burst, config.QPS = *l.Burst, float32(*l.QPS)
	config.Timeout = time.Duration(*l.Timeout) * time.Second
	config.WarningHandler = rest.NoWarnings{}
	config.UserAgent = "pulumi-kubernetes"
	return config, nil
}
