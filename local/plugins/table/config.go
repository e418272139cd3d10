package table

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"

	"edge-registry/local/plugins/rpc"
)

// CheckConfig refuses settings that the plugin does not have.
func (p *Plugin) CheckConfig(_ context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	response := &pulumirpc.CheckResponse{Inputs: request.GetNews()}
	for _, key := range slices.Sorted(maps.Keys(request.GetNews().GetFields())) {
		known := slices.ContainsFunc(p.Settings, func(field Field) bool { return field.Name == key })
		if known || key == "version" || key == "pluginDownloadURL" {
			continue
		}
		failure := p.Refusal(request.GetUrn(), key, "Invalid or unknown key")
		if IsDefault(request.GetUrn()) {
			failure.Reason = fmt.Sprintf("`%[1]s:%[2]s` is not a valid configuration key for the %[1]s provider. "+
				"If the referenced key is not intended for the provider, please choose a different namespace from `%[1]s:`.", p.Name, key)
		}
		response.Failures = append(response.Failures, failure)
	}
	return response, nil
}

// Refusal says what is wrong with a setting, and where to look for it.
func (p *Plugin) Refusal(urn, key, reason string) *pulumirpc.CheckFailure {
	reason = "could not validate provider configuration: " + reason
	if IsDefault(urn) {
		return &pulumirpc.CheckFailure{Reason: fmt.Sprintf("%s. Check `pulumi config get %s:%s`.", reason, p.Name, key)}
	}
	return &pulumirpc.CheckFailure{Reason: fmt.Sprintf("%s. Examine values at '%s.%s'.", reason, providerName(urn), key)}
}

// IsDefault tells whether a provider's settings come from the stack's configuration, not from the program.
func IsDefault(urn string) bool { return strings.HasPrefix(providerName(urn), "default") }

func providerName(urn string) string { return urn[strings.LastIndex(urn, "::")+2:] }

// DiffConfig never replaces a provider: its resources do not depend on it. It tells which settings differ, so that
// the engine need not show them all.
func (p *Plugin) DiffConfig(_ context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return detailedDifferences(p.Settings, rpc.Decode(request.GetOldInputs()), rpc.Decode(request.GetNews()), nil), nil
}

// Configure agrees on the protocol.
func (p *Plugin) Configure(context.Context, *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	return &pulumirpc.ConfigureResponse{
		SupportsPreview:                 true,
		AcceptResources:                 true,
		SupportsAutonamingConfiguration: true,
	}, nil
}

// GetPluginInfo gives the version of the published plugin this one stands in for.
func (p *Plugin) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: p.Version}, nil
}

// Attach tells where the engine is when the plugin was started by hand.
func (p *Plugin) Attach(_ context.Context, request *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, p.Engine.Attach(request.GetAddress())
}

// Cancel has nothing to abort.
func (p *Plugin) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}
