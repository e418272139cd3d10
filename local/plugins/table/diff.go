package table

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const (
	added   = pulumirpc.PropertyDiff_ADD
	deleted = pulumirpc.PropertyDiff_DELETE
	updated = pulumirpc.PropertyDiff_UPDATE
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

// DetailedDifferences also tells where inside a property. Values that are as good as none do not differ from none.
func DetailedDifferences(prior, planned Values, replaced []string) *pulumirpc.DiffResponse {
	details := details{}
	for _, name := range names(prior, planned) {
		found := len(details)
		details.compare(name, prior[name], planned[name])
		if len(details) == found {
			planned[name] = prior[name]
		}
	}
	for path, detail := range details {
		if slices.ContainsFunc(replaced, func(name string) bool { return within(path, name) }) {
			detail.Kind++ // each kind is followed by its replacing twin
		}
	}
	response := differences(prior, planned, replaced)
	response.DetailedDiff, response.HasDetailedDiff = details, true
	return response
}

func within(path, name string) bool {
	rest, found := strings.CutPrefix(path, name)
	return found && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

type details map[string]*pulumirpc.PropertyDiff

func (d details) add(path string, kind pulumirpc.PropertyDiff_Kind) {
	d[path] = &pulumirpc.PropertyDiff{Kind: kind}
}

func (d details) compare(path string, old, new any) {
	oldList, oldIsList := old.([]any)
	newList, newIsList := new.([]any)
	oldMap, oldIsMap := old.(map[string]any)
	newMap, newIsMap := new.(map[string]any)
	switch {
	case reflect.DeepEqual(old, new), IsZero(old) && IsZero(new):
	case old == nil, oldIsList && len(oldList) == 0:
		d.add(path, added)
	case new == nil, newIsList && len(newList) == 0:
		d.add(path, deleted)
	case oldIsList && newIsList:
		d.compareLists(path, oldList, newList)
	case oldIsMap && newIsMap:
		for _, key := range names(oldMap, newMap) {
			d.compare(join(path, key), oldMap[key], newMap[key])
		}
	default:
		d.add(path, updated)
	}
}

// compareLists tells the shortest edit; a place both removed from and inserted at is an update.
func (d details) compareLists(path string, old, new []any) {
	edit := func(i int, kind pulumirpc.PropertyDiff_Kind) {
		place := fmt.Sprintf("%s[%d]", path, i)
		if d[place] != nil {
			kind = updated
		}
		d.add(place, kind)
	}
	costs := editCosts(old, new)
	i, j := 0, 0
	for i < len(old) || j < len(new) {
		switch choose(costs, old, new, i, j) {
		case deleted:
			edit(i, deleted)
			i++
		case added:
			edit(j, added)
			j++
		default:
			i, j = i+1, j+1
		}
	}
}

// editCosts[i][j] is the length of the shortest edit from old[i:] to new[j:].
func editCosts(old, new []any) [][]int {
	costs := make([][]int, len(old)+1)
	for i := len(old); i >= 0; i-- {
		costs[i] = make([]int, len(new)+1)
		for j := len(new); j >= 0; j-- {
			switch choose(costs, old, new, i, j) {
			case deleted:
				costs[i][j] = 1 + costs[i+1][j]
			case added:
				costs[i][j] = 1 + costs[i][j+1]
			default:
				if i < len(old) {
					costs[i][j] = costs[i+1][j+1]
				}
			}
		}
	}
	return costs
}

// choose is the first step of the shortest edit at (i, j); of equally short ones a removal, then an insertion.
func choose(costs [][]int, old, new []any, i, j int) pulumirpc.PropertyDiff_Kind {
	switch {
	case i == len(old) && j == len(new):
		return updated
	case i == len(old):
		return added
	case j == len(new):
		return deleted
	}
	cost, kind := 1+costs[i+1][j], deleted
	if insertion := 1 + costs[i][j+1]; insertion < cost {
		cost, kind = insertion, added
	}
	if reflect.DeepEqual(old[i], new[j]) && costs[i+1][j+1] < cost {
		kind = updated
	}
	return kind
}

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_]*$`)

func join(path, key string) string {
	if plainKey.MatchString(key) {
		return path + "." + key
	}
	return path + `["` + strings.ReplaceAll(key, `"`, `\"`) + `"]`
}

func names(old, new map[string]any) []string {
	all := maps.Clone(old)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, new)
	return slices.Sorted(maps.Keys(all))
}
