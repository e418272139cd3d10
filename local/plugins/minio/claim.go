package minio

import (
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strconv"
	"strings"
)

func (c *claimArguments) claim(version string) (*documentClaim, error) {
	claim := &documentClaim{Sid: c.Sid, Effect: c.Effect, Principal: c.Principal, Actions: oneOrMany(c.Actions)}
	resources, err := withVariables(c.Resources, version)
	if err != nil {
		return nil, fmt.Errorf("error reading resources: %w", err)
	}
	claim.Resources = oneOrMany(resources)
	if len(c.Conditions) == 0 {
		return claim, nil
	}
	// Of several conditions the published plugin keeps the one that comes last in Terraform's order of sets.
	last := slices.MaxFunc(c.Conditions, func(a, b conditionArguments) int { return strings.Compare(a.code(), b.code()) })
	values, err := withVariables(last.Values, version)
	if err != nil {
		return nil, fmt.Errorf("error reading condition: error reading values: %w", err)
	}
	slices.Sort(values)
	claim.Conditions = map[string]map[string][]string{last.Test: {last.Variable: slices.Compact(values)}}
	return claim, nil
}

// withVariables puts ${…} for &{…}, which a Terraform program cannot write otherwise.
func withVariables(texts []string, version string) ([]string, error) {
	replaced := []string{}
	for _, text := range texts {
		if version == "2008-10-17" && strings.Contains(text, "&{") {
			return nil, fmt.Errorf("found &{ sequence in (%s), which is not supported in document version 2008-10-17", text)
		}
		replaced = append(replaced, strings.ReplaceAll(text, "&{", "${"))
	}
	return replaced, nil
}

// oneOrMany is nothing, a text, or a list of them, the last first.
func oneOrMany(texts []string) any {
	sorted := slices.Clone(texts)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	switch len(sorted) {
	case 0:
		return nil
	case 1:
		return sorted[0]
	}
	slices.Reverse(sorted)
	return sorted
}

// code is by what a condition is ordered: a checksum of its parts, as text.
func (c conditionArguments) code() string {
	values := map[string]string{}
	for _, value := range c.Values {
		values[checksum(value+";")] = value
	}
	text := "test:" + c.Test + ";values:{"
	for _, code := range slices.Sorted(maps.Keys(values)) {
		text += values[code] + ";"
	}
	return checksum(text + "};variable:" + c.Variable + ";")
}

func checksum(text string) string { return strconv.Itoa(int(crc32.ChecksumIEEE([]byte(text)))) }
