package table

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
)

// Function is one that a program calls.
type Function struct {
	// Wire is the name in messages.
	Wire string
	// Fields are the arguments; a legacy plugin's functions read theirs themselves. Results are what comes with them.
	Fields, Results []Field
	Call            func(arguments Values) (Values, error)
}

// Refused arguments of a function: what is wrong, by name.
type Refused map[string]string

func (r Refused) Error() string {
	return strings.Join(slices.Sorted(maps.Values(r)), "\n")
}

// ExactlyOne refuses none of the named arguments, and several.
func ExactlyOne(arguments Values, names ...string) error {
	given, wired := 0, []string{}
	for _, name := range names {
		if arguments[name] != nil {
			given++
		}
		wired = append(wired, (&Field{Name: name}).WireName())
	}
	if given == 1 {
		return nil
	}
	count := "No attribute"
	if given > 1 {
		count = fmt.Sprintf("%d attributes", given)
	}
	refused := Refused{}
	for _, name := range names {
		refused[name] = fmt.Sprintf("Invalid Attribute Combination: %s specified when one (and only one) of [%s] is required",
			count, strings.Join(wired, ","))
	}
	return refused
}

// Invoke calls a function.
func (p *Plugin) Invoke(ctx context.Context, request *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	function := p.Functions[request.GetTok()]
	if function == nil {
		return nil, fmt.Errorf("%s needs the published %s plugin", request.GetTok(), p.Name)
	}
	arguments, err := Values(rpc.Decode(request.GetArgs())), error(nil)
	if !p.Legacy {
		arguments, err = Coerce(function.Fields, arguments)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot encode config to call ReadDataSource for %q: %w", function.Wire, err)
	}
	result, err := function.Call(arguments)
	var refused Refused
	if errors.As(err, &refused) {
		response := &pulumirpc.InvokeResponse{}
		for _, name := range slices.Sorted(maps.Keys(refused)) {
			response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Property: name, Reason: refused[name]})
		}
		return response, nil
	}
	if p.complain(ctx, "", err) != nil {
		return nil, p.failure(nil, nil, "invoking "+request.GetTok(), err)
	}
	return &pulumirpc.InvokeResponse{Return: rpc.Encode(result)}, nil
}
