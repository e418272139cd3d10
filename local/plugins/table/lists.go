package table

import (
	"fmt"
	"reflect"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// compareLists compares objects place by place, and what is not an object by the shortest edit. That takes the square of
// a list's length, so that long ones are compared place by place, too.
func (d details) compareLists(field *Field, path string, old, new []any, replaces bool) {
	if field.Kind == Set {
		d.noteEdits(path, missingFrom(new, old), missingFrom(old, new), replaces)
		return
	}
	_, objects := old[0].(map[string]any)
	if !objects && len(old) < 1000 && len(new) < 1000 {
		d.edit(path, old, new, replaces)
		return
	}
	for i := range max(len(old), len(new)) {
		d.compare(field.element(), fmt.Sprintf("%s[%d]", path, i), at(old, i), at(new, i), replaces)
	}
}

// at is an element of a list, nothing beyond its end.
func at[T any](list []T, i int) (element T) {
	if i < len(list) {
		element = list[i]
	}
	return element
}

// edit notes what must be removed from the old list and added to make the new one.
func (d details) edit(path string, old, new []any, replaces bool) {
	removed, added := edits(old, new)
	d.noteEdits(path, removed, added, replaces)
}

// noteEdits notes what is removed and what is added; both in one place are an update.
func (d details) noteEdits(path string, removed, added map[int]bool, replaces bool) {
	for i := range removed {
		d.note(fmt.Sprintf("%s[%d]", path, i), pulumirpc.PropertyDiff_DELETE, replaces)
	}
	for i := range added {
		kind := pulumirpc.PropertyDiff_ADD
		if removed[i] {
			kind = pulumirpc.PropertyDiff_UPDATE
		}
		d.note(fmt.Sprintf("%s[%d]", path, i), kind, replaces)
	}
}

// edits gives the places of what is removed and what is added. Of edits of the same length it takes the one that removes
// first, as the published plugins do.
func edits(old, new []any) (removed, added map[int]bool) {
	removed, added = map[int]bool{}, map[int]bool{}
	cost := costs(old, new)
	i, j := 0, 0
	for i < len(old) || j < len(new) {
		switch {
		case i < len(old) && cost[i][j] == 1+cost[i+1][j]:
			removed[i] = true
			i++
		case j < len(new) && cost[i][j] == 1+cost[i][j+1]:
			added[j] = true
			j++
		default:
			i, j = i+1, j+1
		}
	}
	return removed, added
}

// costs are the numbers of edits that the rests of the lists need, by where they start.
func costs(old, new []any) [][]int {
	cost := make([][]int, len(old)+1)
	for i := range cost {
		cost[i] = make([]int, len(new)+1)
	}
	for i := len(old); i >= 0; i-- {
		for j := len(new); j >= 0; j-- {
			switch {
			case i == len(old):
				cost[i][j] = len(new) - j
			case j == len(new):
				cost[i][j] = len(old) - i
			case reflect.DeepEqual(old[i], new[j]):
				cost[i][j] = cost[i+1][j+1]
			default:
				cost[i][j] = 1 + min(cost[i+1][j], cost[i][j+1])
			}
		}
	}
	return cost
}
