package table

import (
	"maps"
	"reflect"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// differences tells which properties differ, and which of those need a new resource.
func differences(prior, planned Values, replaced []string) *pulumirpc.DiffResponse {
	response := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}
	for _, name := range names(prior, planned) {
		if reflect.DeepEqual(prior[name], planned[name]) {
			continue
		}
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
		response.Diffs = append(response.Diffs, name)
		if slices.Contains(replaced, name) {
			response.Replaces = append(response.Replaces, name)
		}
	}
	return response
}

// detailedDifferences also tells where inside a property. Values as good as none do not differ from none.
func detailedDifferences(fields []Field, prior, planned Values, replaced []string) *pulumirpc.DiffResponse {
	details := details{}
	for _, name := range names(prior, planned) {
		before := len(details)
		details.compare(called(fields, name), name, prior[name], planned[name], slices.Contains(replaced, name))
		if len(details) == before {
			planned[name] = prior[name]
		}
	}
	response := differences(prior, planned, replaced)
	response.DetailedDiff, response.HasDetailedDiff = details, true
	return response
}

// called is the field of a name, and a plain one for a map's keys.
func called(fields []Field, name string) *Field {
	if i := slices.IndexFunc(fields, func(field Field) bool { return field.Name == name }); i >= 0 {
		return &fields[i]
	}
	return &Field{}
}

// below is the path of a key, which is quoted where it needs to be.
func below(path, key string) string { return path + resource.PropertyPath{"", key}.String() }

type details map[string]*pulumirpc.PropertyDiff

func (d details) compare(field *Field, path string, old, new any, replaces bool) {
	oldMap, oldIsMap := old.(map[string]any)
	newMap, newIsMap := new.(map[string]any)
	oldList, oldIsList := old.([]any)
	newList, newIsList := new.([]any)
	kind := pulumirpc.PropertyDiff_UPDATE
	switch {
	case reflect.DeepEqual(old, new) || Empty(old) && Empty(new):
		return
	case oldIsMap && newIsMap:
		for _, key := range names(oldMap, newMap) {
			d.compare(called(field.Fields, key), below(path, key), oldMap[key], newMap[key], replaces)
		}
		return
	case oldIsList && newIsList && len(oldList) > 0 && len(newList) > 0:
		d.compareLists(field, path, oldList, newList, replaces)
		return
	case old == nil || oldIsList && len(oldList) == 0:
		kind = pulumirpc.PropertyDiff_ADD
	case new == nil || newIsList && len(newList) == 0:
		kind = pulumirpc.PropertyDiff_DELETE
	}
	d.note(path, kind, replaces)
}

func (d details) note(path string, kind pulumirpc.PropertyDiff_Kind, replaces bool) {
	if replaces {
		kind++ // each kind is followed by its replacing twin
	}
	d[path] = &pulumirpc.PropertyDiff{Kind: kind}
}

func names(old, new map[string]any) []string {
	all := maps.Clone(old)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, new)
	return slices.Sorted(maps.Keys(all))
}
