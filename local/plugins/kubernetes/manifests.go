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

// complete takes lists apart, and gives objects of namespaces the namespace if they name none.
func (p *provider) complete(given []*object, namespace string) ([]*object, error) {
	objects, err := flatten(given)
	if err != nil {
		return nil, err
	}
	var unknown []string
	own := ownDefinitions(objects)
	for _, one := range objects {
		if err := identified(one); err != nil {
			return nil, err
		}
		if one.GetNamespace() != "" {
			continue
		}
		gvk := one.GroupVersionKind()
		scope := own.scope(gvk.GroupKind())
		namespaced, known := scope == "Namespaced", scope != ""
		if !known {
			namespaced, known = p.scope(gvk)
		}
		switch {
		case namespaced:
			one.SetNamespace(namespace)
		case !known && !slices.Contains(unknown, gvk.String()):
			unknown = append(unknown, gvk.String())
		}
	}
	if len(unknown) > 0 {
		p.warn("", "Unable to determine whether the following kinds are namespaced without a reachable cluster or a "+
			"matching CustomResourceDefinition, so they are rendered without a namespace: "+strings.Join(unknown, ", ")+
			". Set .metadata.namespace explicitly, or include the CustomResourceDefinition, to control the namespace.")
	}
	return objects, nil
}

func flatten(given []*object) (objects []*object, err error) {
	for _, one := range given {
		if !one.IsList() {
			objects = append(objects, one)
			continue
		}
		list, err := one.ToList()
		if err != nil {
			return nil, fmt.Errorf("YAML object is invalid: `%s`: %w", excerpt(one), err)
		}
		var items []*object
		for i := range list.Items {
			items = append(items, &list.Items[i])
		}
		inner, err := flatten(items)
		if err != nil {
			return nil, err
		}
		objects = append(objects, inner...)
	}
	return objects, nil
}

func ownDefinitions(objects []*object) *definitions {
	own := &definitions{}
	for _, one := range objects {
		if isCRD(one) {
			_ = own.add(one)
		}
	}
	return own
}

func identified(one *object) error {
	gvk := one.GroupVersionKind()
	switch {
	case gvk.Kind == "" || gvk.GroupVersion().Empty():
		return fmt.Errorf("Kubernetes resources require a kind and apiVersion: `%s`", excerpt(one)) //nolint:staticcheck // shown as it is
	case one.GetName() == "":
		return fmt.Errorf("Kubernetes resources require a .metadata.name: `%s`", excerpt(one)) //nolint:staticcheck // shown as it is
	case gvk.Group == "core": // as the annotations of others do not call it
		gvk.Group = ""
		one.SetGroupVersionKind(gvk)
	}
	return nil
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
