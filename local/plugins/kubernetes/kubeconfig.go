package kubernetes

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// parseKubeconfig reads a kubeconfig given as a path or as its content.
func parseKubeconfig(pathOrContent string) (*api.Config, error) {
	if pathOrContent == "" {
		return &api.Config{}, nil
	}
	path := pathOrContent
	if rest, inHome := strings.CutPrefix(path, "~"); inHome && (rest == "" || rest[0] == '/') {
		if home, err := os.UserHomeDir(); err == nil {
			path = filepath.Join(home, rest)
		}
	}
	content := []byte(pathOrContent)
	if _, err := os.Stat(path); err == nil {
		if content, err = os.ReadFile(path); err != nil {
			return nil, err
		}
	}
	return clientcmd.Load(content)
}

// parseKubeconfigArgument reads the provider's argument, which may be an object as well.
func parseKubeconfigArgument(argument any) (*api.Config, error) {
	text, isText := argument.(string)
	if !isText && argument != nil {
		encoded, err := json.Marshal(argument)
		if err != nil {
			return nil, fmt.Errorf("failed to unmarshal kubeconfig: %w", err)
		}
		text = string(encoded)
	}
	config, err := parseKubeconfig(text)
	if err != nil {
		return nil, fmt.Errorf("failed to parse kubeconfig: %w", err)
	}
	return config, nil
}

// activeCluster is the cluster the provider's arguments select, nil if there is none.
func activeCluster(arguments properties) (*api.Cluster, error) {
	config, err := parseKubeconfigArgument(arguments["kubeconfig"])
	if err != nil {
		return nil, err
	}
	name := config.CurrentContext
	if given, is := arguments["context"].(string); is {
		name = given
	}
	context := config.Contexts[name]
	if context == nil {
		return nil, nil
	}
	if given, is := arguments["cluster"].(string); is {
		return config.Clusters[given], nil
	}
	return config.Clusters[context.Cluster], nil
}

// movesAway tells whether the arguments select another cluster than before. A kubeconfig does not say which cluster it
// leads to, so another address or authority counts as another cluster, and new credentials do not.
func movesAway(olds, news properties) (bool, error) {
	before, err := activeCluster(olds)
	if err != nil {
		return false, err
	}
	after, err := activeCluster(news)
	if err != nil {
		return false, err
	}
	return before != nil && after != nil && !reflect.DeepEqual(before, after), nil
}
