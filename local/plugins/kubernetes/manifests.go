package kubernetes

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/yaml"
)

var wildcard = regexp.MustCompile(`(?:^|[^\\])[*?\[]`)

// readManifests reads files, whose names may be patterns, then a text.
func readManifests(files []string, text string) ([]*object, error) {
	var objects []*object
	for _, file := range files {
		names := []string{file}
		if !isAddress(file) && wildcard.MatchString(file) {
			found, err := filepath.Glob(file)
			if err != nil {
				return nil, fmt.Errorf("expanding glob: %w", err)
			}
			slices.Sort(found)
			names = found
		}
		for _, name := range names {
			more, err := readManifest(name)
			if err != nil {
				return nil, err
			}
			objects = append(objects, more...)
		}
	}
	more, err := parseManifest(text)
	return append(objects, more...), err
}

func isAddress(file string) bool {
	address, err := url.Parse(file)
	return err == nil && address.IsAbs()
}

func readManifest(file string) ([]*object, error) {
	if !isAddress(file) {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading YAML file from disk: %w", err)
		}
		return parseManifest(string(text))
	}
	response, err := http.Get(file)
	if err != nil {
		return nil, fmt.Errorf("fetching YAML over network: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("reading YAML over network: %w", err)
	}
	return parseManifest(string(text))
}

func parseManifest(text string) ([]*object, error) {
	var objects []*object
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 128)
	for {
		next := &object{}
		if err := decoder.Decode(&next.Object); errors.Is(err, io.EOF) {
			return objects, nil
		} else if err != nil {
			return nil, fmt.Errorf("decoding YAML: %w", err)
		}
		if len(next.Object) > 0 {
			objects = append(objects, next)
		}
	}
}

// complete takes lists apart, and gives objects of namespaces the namespace they do not name.
func (p *provider) complete(given []*object) ([]*object, error) {
	var objects []*object
	for len(given) > 0 {
		first := given[0]
		given = given[1:]
		if !first.IsList() {
			objects = append(objects, first)
			continue
		}
		list, err := first.ToList()
		if err != nil {
			return nil, fmt.Errorf("YAML object is invalid: `%s`: %w", excerpt(first), err)
		}
		items := []*object{}
		for i := range list.Items {
			items = append(items, &list.Items[i])
		}
		given = append(items, given...)
	}
	scopes := &definitions{}
	for _, one := range objects {
		if isCRD(one) {
			_ = scopes.add(one)
		}
	}
	for _, one := range objects {
		gvk := one.GroupVersionKind()
		switch {
		case gvk.Kind == "" || gvk.GroupVersion().Empty():
			return nil, fmt.Errorf("Kubernetes resources require a kind and apiVersion: `%s`", excerpt(one)) //nolint:staticcheck // shown as it is
		case one.GetName() == "":
			return nil, fmt.Errorf("Kubernetes resources require a .metadata.name: `%s`", excerpt(one)) //nolint:staticcheck // shown as it is
		case gvk.Group == "core":
			gvk.Group = ""
			one.SetGroupVersionKind(gvk)
		}
		scope := scopes.scope(gvk.GroupKind())
		if one.GetNamespace() == "" && (scope == "Namespaced" || scope == "" && p.namespaced(gvk)) {
			one.SetNamespace(p.settings.namespace)
		}
	}
	return objects, nil
}

// excerpt is the beginning of an object, to find it by.
func excerpt(of *object) string {
	text, _ := of.MarshalJSON()
	runes := []rune(strings.TrimSpace(string(text)))
	if len(runes) > 100 {
		return string(runes[:97]) + "..."
	}
	return string(runes)
}
