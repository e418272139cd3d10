package kubernetes

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	"sigs.k8s.io/yaml"
)

// render writes the object to a file instead of a cluster, and gives its state. Of secrets it warns as told.
func (op *operation) render(inputs *object, given properties, warn func(text string)) (*structpb.Struct, error) {
	file := op.settings.fileOf(inputs)
	if hasSecret(given) {
		warn(fmt.Sprintf("rendered file %s contains a secret value in plaintext", file))
	}
	text, err := yaml.Marshal(inputs.Object)
	if err != nil {
		return nil, fmt.Errorf("failed to render YAML file: %q: %w", op.settings.renderTo, err)
	}
	for _, folder := range []string{definitionsFolder, manifestsFolder} {
		directory := filepath.Join(op.settings.renderTo, folder)
		if err := os.MkdirAll(directory, 0o700); err != nil {
			return nil, fmt.Errorf("failed to create directory for rendered YAML: %q: %w", directory, err)
		}
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, fmt.Errorf("failed to write YAML file: %q: %w", file, err)
	}
	op.progress.info("rendered " + file)
	return op.checkpoint(inputs, inputs, given), nil
}

// unrender removes the file; one that is gone already is no error.
func (op *operation) unrender(of *object) {
	file := op.settings.fileOf(of)
	_ = os.Remove(file)
	op.progress.info("deleted " + file)
}

// Definitions sort first: kubectl applies a directory in the order of its names.
const (
	definitionsFolder = "0-crd"
	manifestsFolder   = "1-manifest"
)

func (s settings) fileOf(o *object) string {
	folder := manifestsFolder
	if isCRD(o) {
		folder = definitionsFolder
	}
	version := strings.NewReplacer("/", "_", ":", "_").Replace(o.GetAPIVersion())
	return filepath.Join(s.renderTo, folder, fmt.Sprintf("%s-%s-%s-%s.yaml",
		version, strings.ToLower(o.GetKind()), namespaceOr(o.GetNamespace()), o.GetName()))
}
