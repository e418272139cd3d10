package table

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Rule gives summary and detail of what is wrong with a known value at path; no summary if nothing is.
type Rule func(path string, value any, inputs Values) (summary, detail string)

// OneOf allows the named strings.
func OneOf(allowed ...string) Rule {
	return func(path string, value any, _ Values) (string, string) {
		if text, _ := value.(string); slices.Contains(allowed, text) {
			return "", ""
		}
		return "Invalid Attribute Value Match", fmt.Sprintf(
			"Attribute %s value must be one of: [\"%s\"], got: %q", path, strings.Join(allowed, `" "`), value)
	}
}

// AtLeast is the smallest number allowed.
func AtLeast(least float64) Rule {
	return func(path string, value any, _ Values) (string, string) {
		if number, _ := value.(float64); number >= least {
			return "", ""
		}
		return "Invalid Attribute Value", fmt.Sprintf("Attribute %s value must be at least %.0f, got: %.0f", path, least, value)
	}
}

// NotEmpty refuses empty strings.
func NotEmpty(path string, value any, _ Values) (string, string) {
	if value != "" {
		return "", ""
	}
	return "Invalid Attribute Value Length", fmt.Sprintf("Attribute %s string length must be at least 1, got: 0", path)
}

func whole(_ string, value any, _ Values) (string, string) {
	if number, _ := value.(float64); number == math.Trunc(number) {
		return "", ""
	}
	return "Configuration Read Error", fmt.Sprintf("An unexpected error was encountered trying to convert an attribute "+
		"value from the configuration. This is always an error in the provider. Please report the following to the "+
		"provider developer:\n\nError: Value %%!s(*big.Float=%v) is not an integer.", value)
}
