package table

import (
	"context"
	"fmt"
	"maps"
	"slices"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
)

// Function is what a program can ask without making a resource.
type Function struct {
	Fields []Field
	// Check gives what is wrong with the arguments, by property.
	Check func(arguments Values) map[string]string
	Call  func(arguments Values) (Values, error)
}

// Invoke calls a function.
func (p *Plugin) Invoke(_ context.Context, request *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	function := p.Functions[request.GetTok()]
	if function == nil {
		return nil, fmt.Errorf("[pf/tfbridge] unknown datasource token: %s", request.GetTok())
	}
	arguments, err := Coerce(function.Fields, rpc.Decode(request.GetArgs()))
	if err != nil {
		return nil, err
	}
	failures := function.Check(arguments)
	if len(failures) > 0 {
		response := &pulumirpc.InvokeResponse{}
		for _, name := range slices.Sorted(maps.Keys(failures)) {
			response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Property: name, Reason: failures[name]})
		}
		return response, nil
	}
	result, err := function.Call(arguments)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.InvokeResponse{Return: rpc.Encode(result)}, nil
}

// ExactlyOne refuses arguments with none or both of two.
func ExactlyOne(arguments Values, first, second Field) map[string]string {
	_, one := arguments[first.Name]
	_, other := arguments[second.Name]
	if one != other {
		return nil
	}
	counted := "No attribute"
	if one {
		counted = "2 attributes"
	}
	reason := fmt.Sprintf("Invalid Attribute Combination: %s specified when one (and only one) of [%s,%s] is required",
		counted, first.WireName(), second.WireName())
	return map[string]string{first.Name: reason, second.Name: reason}
}
