package table

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// The published plugins' names end in so many random digits, and are no longer than this.
const (
	randomDigits = 7
	longestName  = 255
)

// autoname makes a name out of the resource's, or takes the one that the stack's settings propose; nil is an error.
func (c *checker) autoname() any {
	name, err := c.proposeName()
	if err != nil {
		c.err = err
		return nil
	}
	return name
}

func (c *checker) proposeName() (string, error) {
	engine := c.request.GetAutonaming()
	proposed := engine.GetProposedName()
	switch {
	case engine == nil:
		name, err := resource.NewUniqueName(c.request.GetRandomSeed(), c.resource+"-", randomDigits, longestName, nil)
		if err != nil {
			return "", fmt.Errorf("could not make instance of '%s': %w", typeToken(c.request.GetUrn()), err)
		}
		return name, nil
	case engine.GetMode() == pulumirpc.CheckRequest_AutonamingOptions_DISABLE:
		return "", errors.New("automatic naming is disabled but no explicit name was provided")
	case engine.GetMode() == pulumirpc.CheckRequest_AutonamingOptions_PROPOSE && len(proposed) > longestName:
		return "", fmt.Errorf("calculated name '%s' exceeds maximum length of %d", proposed, longestName)
	}
	return proposed, nil
}

// named tells whether the program gave a name that would be made otherwise: the old resource must go before a new one
// can have it.
func (r *Resource) named(inputs map[string]any) bool {
	defaults, recorded := inputs[defaulted].([]any)
	return recorded && slices.ContainsFunc(r.Fields, func(field Field) bool {
		_, given := inputs[field.Name]
		return field.AutoName && given && !slices.Contains(defaults, any(field.Name))
	})
}

func typeToken(urn string) string {
	parts := strings.SplitN(urn, "::", 4)
	return parts[2][strings.LastIndex(parts[2], "$")+1:]
}
