package kubernetes

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// readDirectory gives the objects of a kustomize/v2 Directory, which may use plugins, and files from anywhere.
func readDirectory(arguments properties) ([]*object, error) {
	directory, _ := arguments["directory"].(string)
	options := krusty.MakeDefaultOptions()
	options.LoadRestrictions = types.LoadRestrictionsNone
	options.PluginConfig = withPlugins()
	made, err := build(directory, options)
	if err != nil {
		return nil, fmt.Errorf("kustomize build error: %w", err)
	}
	text, err := yamlOf(made)
	if err != nil {
		return nil, err
	}
	return parseManifest(text)
}

// buildDirectory gives the objects of an older kustomize.Directory.
func (p *provider) buildDirectory(ctx context.Context, arguments properties) ([]any, error) {
	directory, err := required(arguments, "directory")
	if err != nil {
		return nil, err
	}
	source := directory
	if _, err := os.Stat(directory); os.IsNotExist(err) {
		if source, err = gitFolder(ctx, directory); err != nil {
			return nil, fmt.Errorf("failed to retrieve specified kustomize directory: %q: %w", directory, err)
		}
	}
	made, err := buildSorted(source)
	if err != nil {
		return nil, fmt.Errorf("kustomize failed for directory %q: %w", source, err)
	}
	text, err := yamlOf(made)
	if err != nil {
		return nil, err
	}
	return p.split(text, "")
}

// buildSorted uses only what is in the directory, and charts if the environment allows them.
func buildSorted(directory string) (resmap.ResMap, error) {
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionLegacy
	charts := os.Getenv("PULUMI_K8S_KUSTOMIZE_HELM")
	if charts != "1" && !strings.EqualFold(charts, "true") {
		return build(directory, options)
	}
	options.PluginConfig = withPlugins()
	made, err := build(directory, options)
	if err != nil && strings.Contains(err.Error(), "(is 'helm' installed?)") {
		return nil, fmt.Errorf("the helmCharts feature requires %q binary to be on the system PATH", helm)
	}
	return made, err
}

// helm is the command that Kustomize runs for charts.
const helm = "helm"

func withPlugins() *types.PluginConfig {
	config := types.EnabledPluginConfig(types.BploUseStaticallyLinked)
	config.HelmConfig.Command = helm
	return config
}

// building is held by whoever builds: the library has one schema for all, which each build may set.
// See https://github.com/kubernetes-sigs/kustomize/issues/4824.
var building sync.Mutex

func build(directory string, options *krusty.Options) (resmap.ResMap, error) {
	building.Lock()
	defer building.Unlock()
	return krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), directory)
}

func yamlOf(made resmap.ResMap) (string, error) {
	text, err := made.AsYaml()
	if err != nil {
		return "", fmt.Errorf("failed to convert kustomize result to YAML: %w", err)
	}
	return string(text), nil
}
