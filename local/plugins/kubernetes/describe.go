package kubernetes

import (
	"fmt"
	"reflect"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
)

type detailedDiff = map[string]*pulumirpc.PropertyDiff

// absent stands for a property that is not there, which is not the same as one that is null.
type absent struct{}

// description turns a merge patch into the engine's detailed diff.
type description struct {
	replacing []pattern // a change of one of these replaces the object
	found     detailedDiff
}

func describe(patch, old, inputs properties, replacing []pattern) detailedDiff {
	d := description{replacing, detailedDiff{}}
	d.object(nil, patch, old, inputs, false)
	return d.found
}

// value describes the change of one property to what the patch says; nil there means it goes.
func (d description) value(path []any, patched, old, input any, inList bool) {
	missing := absent{}
	if input == missing && (patched != nil || old == missing) {
		return // Not the program's: the cluster set it.
	}
	kind := pulumirpc.PropertyDiff_UPDATE
	fromInputs := false
	switch {
	case patched == nil:
		kind, fromInputs = deleted(old, input)
	case old == missing:
		kind = pulumirpc.PropertyDiff_ADD
	default:
		if d.nested(path, patched, old, input, inList) {
			return
		}
	}
	for _, p := range d.replacing {
		if p.matches(path, patched) {
			kind++ // each kind is followed by its replacing twin
			break
		}
	}
	d.found[pathText(path)] = &pulumirpc.PropertyDiff{Kind: kind, InputDiff: fromInputs}
}

func deleted(old, input any) (pulumirpc.PropertyDiff_Kind, bool) {
	if _, unknown := input.(rpc.Unknown); !unknown {
		return pulumirpc.PropertyDiff_DELETE, true
	}
	if _, missing := old.(absent); missing {
		return pulumirpc.PropertyDiff_ADD, false
	}
	return pulumirpc.PropertyDiff_UPDATE, false
}

// nested goes on inside if old and patched are of one kind; equal values are no change at all.
func (d description) nested(path []any, patched, old, input any, inList bool) bool {
	switch patched := patched.(type) {
	case properties:
		if old, same := old.(properties); same {
			input, _ := input.(properties)
			d.object(path, patched, old, input, inList)
			return true
		}
		return false
	case []any:
		if old, same := old.([]any); same {
			input, _ := input.([]any)
			d.list(path, patched, old, input)
			return true
		}
		return false
	}
	return reflect.DeepEqual(patched, old) || sameNumber(patched, old)
}

func (d description) object(path []any, patched, old, input properties, inList bool) {
	for key, value := range patched {
		d.value(extend(path, key), value, get(old, key), get(input, key), inList)
	}
	if !inList {
		return
	}
	for key, value := range old { // a list is patched whole, so what goes is not in the patch
		if _, found := patched[key]; !found {
			d.value(extend(path, key), nil, value, get(input, key), inList)
		}
	}
}

func (d description) list(path []any, patched, old, input []any) {
	at := func(list []any, i int, otherwise any) any {
		if i < len(list) {
			return list[i]
		}
		return otherwise
	}
	for i := range max(len(patched), len(old)) {
		was := at(old, i, nil)
		if i >= len(old) {
			was = absent{}
		}
		d.value(extend(path, i), at(patched, i, nil), was, at(input, i, nil), true)
	}
}

func get(from properties, key string) any {
	if value, found := from[key]; found {
		return value
	}
	return absent{}
}

func extend(path []any, step any) []any {
	return append(path[:len(path):len(path)], step)
}

func sameNumber(a, b any) bool {
	x, isNumber := number(a)
	y, isNumberToo := number(b)
	return isNumber && isNumberToo && x == y
}

func number(value any) (float64, bool) {
	switch value := value.(type) {
	case int64:
		return float64(value), true
	case float64:
		return value, true
	}
	return 0, false
}

// pathText is the path as the engine writes property paths.
func pathText(path []any) string {
	text := ""
	for _, step := range path {
		switch step := step.(type) {
		case int:
			text += fmt.Sprintf("[%d]", step)
		case string:
			switch {
			case strings.ContainsAny(step, `."[]`):
				text += `["` + strings.ReplaceAll(step, `"`, `\"`) + `"]`
			case text == "":
				text = step
			default:
				text += "." + step
			}
		}
	}
	return text
}
