package kubernetes

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/theory/jsonpath"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
)

// conditions is the readiness a program asks for itself, with the waitFor annotation.
type conditions struct {
	subject
	wanted []func(*subject) (bool, error)
}

// parseConditions reads the annotation: one "jsonpath={…}=value" or "condition=Type=Status", or a JSON list of them.
func parseConditions(s subject, annotation string) (*conditions, error) {
	expressions := []string{annotation}
	var list []string
	if json.Unmarshal([]byte(annotation), &list) == nil {
		expressions = list
	}
	if len(expressions) == 0 {
		return nil, errors.New("at least one condition must be specified")
	}
	parsed := &conditions{subject: s}
	for _, expression := range expressions {
		wanted, err := parseCondition(expression)
		if err != nil {
			return nil, err
		}
		parsed.wanted = append(parsed.wanted, wanted)
	}
	return parsed, nil
}

func parseCondition(expression string) (func(*subject) (bool, error), error) {
	if path, is := strings.CutPrefix(expression, "jsonpath="); is {
		return parsePath(path)
	}
	if text, is := strings.CutPrefix(expression, "condition="); is {
		kind, status, given := strings.Cut(text, "=")
		if !given {
			status = "True"
		}
		return func(s *subject) (bool, error) { return s.meets(kind, status), nil }, nil
	}
	return nil, fmt.Errorf(`expected a "jsonpath=" or "condition=" prefix, got %q`, expression)
}

var inBraces = regexp.MustCompile(`\{\s*(.*?)\s*\}`)

// parsePath reads {path} or {path}=value, where a path may compare with ==.
func parsePath(text string) (func(*subject) (bool, error), error) {
	const equals = "\x00"
	parts := strings.Split(strings.ReplaceAll(text, "==", equals), "=")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], equals, "==")
	}
	path, value := parts[0], ""
	switch {
	case len(parts) > 2:
		return nil, fmt.Errorf("format should be {.path}=value or {.path}, got %q", text)
	case len(parts) == 2 && parts[1] == "":
		return nil, fmt.Errorf("%s= requires a value", path)
	case len(parts) == 2:
		value = parts[1]
	}
	if strings.HasPrefix(path, "'") && strings.HasSuffix(path, "'") {
		return nil, fmt.Errorf("%s should omit shell quotes", path)
	}
	inner := inBraces.FindStringSubmatch(path)
	if inner == nil {
		return nil, fmt.Errorf("%s should be wrapped in brackets { ... }", path)
	}
	query, err := jsonpath.Parse("$" + strings.TrimPrefix(inner[1], "$"))
	if err != nil {
		return nil, fmt.Errorf("parsing %q: %w", path, err)
	}
	return func(s *subject) (bool, error) { return s.has(query, path, value) }, nil
}

// current tells whether the object's controller has seen its newest generation, as far as it says.
func (s *subject) current(observed ...int64) bool {
	generation, found, _ := unstructured.NestedInt64(s.now.Object, "status", "observedGeneration")
	if len(observed) > 0 {
		generation, found = observed[0], true
	}
	return !found || generation >= s.now.GetGeneration()
}

func (s *subject) has(query *jsonpath.Path, path, value string) (bool, error) {
	if !s.current() {
		return false, nil
	}
	text := path
	if value != "" {
		text += "=" + value
	}
	results := query.Select(s.now.Object)
	if len(results) == 0 {
		s.op.progress.info(path + " selected nothing")
		return false, nil
	}
	found := results[0]
	switch found.(type) {
	case properties, []any:
		if value != "" {
			return false, fmt.Errorf("%q has a non-primitive value (%v)", path, found)
		}
	}
	if value != "" && fmt.Sprint(found) != value {
		s.op.progress.info(fmt.Sprintf("Waiting for %s (found %q)", text, fmt.Sprint(found)))
		return false, nil
	}
	s.op.progress.info("Found " + text)
	return true, nil
}

func (s *subject) meets(kind, status string) bool {
	raw, found, _ := unstructured.NestedSlice(s.now.Object, "status", "conditions")
	if !found {
		s.op.progress.warning("Has no .status.conditions")
		return false
	}
	for i, c := range statusConditions(s.now) {
		if !strings.EqualFold(c.kind, kind) {
			continue
		}
		fields, _ := raw[i].(properties)
		if observed, found, _ := unstructured.NestedInt64(fields, "observedGeneration"); found && !s.current(observed) {
			return false
		} else if !found && !s.current() {
			return false
		}
		if !strings.EqualFold(c.status, status) {
			s.op.progress.info(fmt.Sprintf("Resource has condition %s=%s (want %s)", kind, c.status, status))
			return false
		}
		return true
	}
	return false
}

func (c *conditions) watched() []schema.GroupVersionResource {
	gvk := c.changed.GroupVersionKind()
	mapping, err := c.op.cluster.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		return nil
	}
	return []schema.GroupVersionResource{mapping.Resource}
}

func (c *conditions) observe(change watch.EventType, o *object) error {
	c.sees(change, o)
	return nil
}

func (c *conditions) ready() bool {
	met, _ := c.met()
	return met
}

func (c *conditions) met() (bool, error) {
	for _, wanted := range c.wanted {
		if met, err := wanted(&c.subject); err != nil || !met {
			return false, err
		}
	}
	return true, nil
}

// hindrance is why the conditions could not be judged in the end. What cannot be judged may yet become what can.
func (c *conditions) hindrance() error {
	_, err := c.met()
	return err
}

func (c *conditions) reasons() []string { return nil }
