package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
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
		response.Failures = rendering(arguments)
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
	if len(response.Failures) == 0 {
		response.Failures = rendering(arguments)
	}
	return response, nil
}

// rendering says which arguments do not go with writing files instead of talking to a cluster.
func rendering(arguments properties) (failures []*pulumirpc.CheckFailure) {
	set := func(name string) bool {
		value := arguments[name]
		return value != nil && value != "" && value != false && value != any(rpc.Unknown{})
	}
	refuse := func(name, reason string) {
		failures = append(failures, &pulumirpc.CheckFailure{Property: name, Reason: reason})
	}
	renders := set("renderYamlToDirectory")
	for _, name := range []string{"cluster", "context", "kubeconfig"} {
		// The SDK fills kubeconfig in from the environment.
		ambient := name == "kubeconfig" && arguments[name] == os.Getenv("KUBECONFIG")
		if _, isObject := arguments[name].(properties); renders && set(name) && !ambient && !isObject {
			refuse(name, fmt.Sprintf(`%q arg is not compatible with "renderYamlToDirectory" arg`, name))
		}
	}
	if always := arguments["alwaysRender"]; !renders && (always == true || always == "true") {
		refuse("alwaysRender", `"alwaysRender" requires "renderYamlToDirectory" to be set`)
	}
	return failures
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
	if !sameCluster && slices.Contains(response.Diffs, "renderYamlToDirectory") {
		response.Replaces = append(response.Replaces, "renderYamlToDirectory")
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
