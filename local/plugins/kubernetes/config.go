package kubernetes

import (
	"context"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
)

// CheckConfig accepts any arguments, except that strict mode wants the cluster named.
func (p *provider) CheckConfig(
	_ context.Context, request *pulumirpc.CheckRequest,
) (*pulumirpc.CheckResponse, error) {
	arguments := rpc.Decode(request.GetNews())
	response := &pulumirpc.CheckResponse{Inputs: request.GetNews()}
	if !strict(arguments) {
		return response, nil
	}
	if strings.HasPrefix(nameOf(request.GetUrn()), "default") {
		response.Failures = append(response.Failures,
			&pulumirpc.CheckFailure{Reason: "strict mode prohibits default provider"})
	}
	for _, name := range []string{"kubeconfig", "context"} {
		if value, given := arguments[name]; !given || value == "" || value == nil {
			response.Failures = append(response.Failures, &pulumirpc.CheckFailure{
				Property: name, Reason: `strict mode requires Provider "` + name + `" argument`,
			})
		}
	}
	return response, nil
}

func strict(arguments properties) bool {
	if value, given := arguments["strictMode"].(string); given {
		return value == "true"
	}
	var config map[string]any // the engine's: every key of the stack's configuration that starts with kubernetes:
	_ = json.Unmarshal([]byte(os.Getenv("PULUMI_CONFIG")), &config)
	return config["strictMode"] == "true"
}

// DiffConfig replaces the provider, and so everything it made, only if it leads to another cluster.
func (p *provider) DiffConfig(_ context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, news := rpc.Decode(request.GetOlds()), rpc.Decode(request.GetNews())
	response := &pulumirpc.DiffResponse{Diffs: changedKeys(olds, news)}
	if len(response.Diffs) == 0 {
		response.Changes = pulumirpc.DiffResponse_DIFF_NONE
		return response, nil
	}
	response.Changes = pulumirpc.DiffResponse_DIFF_SOME

	const identifier = "clusterIdentifier"
	before, named := olds[identifier]
	after, stillNamed := news[identifier]
	sameCluster := named && stillNamed && reflect.DeepEqual(before, after)
	if named && stillNamed && !sameCluster {
		response.Replaces = append(response.Replaces, identifier)
	}
	for _, key := range []string{"kubeconfig", "context", "cluster"} {
		if _, unknown := news[key].(rpc.Unknown); unknown {
			response.Diffs = []string{key}
			if !sameCluster {
				response.Replaces = append(response.Replaces, key)
			}
			return response, nil
		}
	}
	moves, err := movesAway(olds, news)
	if err != nil {
		return nil, err
	}
	for _, key := range []string{"kubeconfig", "context", "cluster"} {
		if moves && !sameCluster && slices.Contains(response.Diffs, key) {
			response.Replaces = append(response.Replaces, key)
		}
	}
	return response, nil
}

func changedKeys(olds, news properties) []string {
	var changed []string
	for key, value := range news {
		if old, found := olds[key]; !found || !reflect.DeepEqual(old, value) {
			changed = append(changed, key)
		}
	}
	for key := range olds {
		if _, found := news[key]; !found {
			changed = append(changed, key)
		}
	}
	slices.Sort(changed)
	return changed
}
