// Package kubernetes stands in for the published kubernetes plugin: the same inputs, state, diffs and waits.
// Not in it: Helm.
package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"edge-registry/local/plugins/rpc"
)

type provider struct {
	pulumirpc.UnimplementedResourceProviderServer
	engine *rpc.Engine

	// running ends when the user interrupts: waits then end too, and what exists is reported.
	running context.Context
	cancel  context.CancelFunc

	settings    settings
	cluster     *cluster // nil while it cannot be reached
	unreachable string   // why
	definitions definitions
}

// version is that of the published plugin whose behaviour this one has.
const version = "4.34.2"

// New makes the plugin's service.
func New(engine *rpc.Engine) pulumirpc.ResourceProviderServer {
	running, cancel := context.WithCancel(context.Background())
	return &provider{engine: engine, running: running, cancel: cancel}
}

func (p *provider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

func (p *provider) Attach(_ context.Context, request *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, p.engine.Attach(request.GetAddress())
}

func (p *provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	p.cancel()
	return &emptypb.Empty{}, nil
}

// GetSchema has nothing to give: the published schema describes every kind of Kubernetes. It is asked for by what writes
// programs, and by programs in languages that have no SDK of their own.
func (p *provider) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	return nil, errors.New("this kubernetes plugin has no schema, which needs the published one; what was imported is in " +
		"the state, and `pulumi import --generate-code=false` asks for no program")
}

// Configure fails for mistaken settings, but not for want of a cluster: a preview must be possible before there is one.
func (p *provider) Configure(
	_ context.Context, request *pulumirpc.ConfigureRequest,
) (*pulumirpc.ConfigureResponse, error) {
	arguments := variables(request.GetVariables()) //nolint:staticcheck // strings are enough here
	p.settings = arguments.settings()
	if err := arguments.checkHelm(); err != nil {
		return nil, err
	}
	limits, err := arguments.limits()
	if err != nil {
		return nil, err
	}
	if err := p.connect(arguments, limits); err != nil {
		p.unreachable = err.Error()
	}
	return &pulumirpc.ConfigureResponse{
		AcceptSecrets: true, SupportsPreview: true, SupportsAutonamingConfiguration: true,
	}, nil
}

func (p *provider) connect(arguments variables, limits limits) error {
	kubeconfig, err := arguments.kubeconfig()
	if err != nil {
		return err
	}
	if namespace, _, err := kubeconfig.Namespace(); err == nil {
		p.settings.namespace = namespace
	}
	config, err := limits.rest(kubeconfig)
	if err != nil {
		return err
	}
	p.cluster, err = connect(config)
	return err
}

// reach fails with the reason if there is no cluster where one is needed.
func (p *provider) reach() error {
	if p.cluster == nil && p.settings.renderTo == "" {
		return fmt.Errorf("configured Kubernetes cluster is unreachable: %s", p.unreachable)
	}
	return nil
}

func (p *provider) warn(urn, message string) {
	p.engine.Log(p.running, pulumirpc.LogSeverity_WARNING, urn, message)
}

// typeOf is the type token in a URN: the last of those joined by "$".
func typeOf(urn string) string {
	parts := strings.SplitN(urn, "::", 4)
	if len(parts) < 4 {
		return ""
	}
	return parts[2][strings.LastIndex(parts[2], "$")+1:]
}

func nameOf(urn string) string {
	parts := strings.SplitN(urn, "::", 4)
	return parts[len(parts)-1]
}

// kindOf is the kind a URN's type stands for, e.g. kubernetes:apps/v1:Deployment.
func kindOf(urn string) (schema.GroupVersionKind, error) {
	if err := refuseHelm(typeOf(urn)); err != nil {
		return schema.GroupVersionKind{}, err
	}
	token := strings.Split(typeOf(urn), ":")
	if len(token) != 3 || token[0] != "kubernetes" {
		return schema.GroupVersionKind{}, fmt.Errorf("unrecognized resource type: %q for this provider", typeOf(urn))
	}
	group, version, found := strings.Cut(token[1], "/")
	if !found {
		return schema.GroupVersionKind{}, fmt.Errorf("apiVersion does not have both a group and a version: %q", token[1])
	}
	if group == "core" {
		group = ""
	}
	return schema.GroupVersionKind{Group: group, Version: version, Kind: token[2]}, nil
}

// isPatch tells a Patch resource from a custom kind that happens to end so.
func isPatch(urn, kind string) bool {
	return strings.HasSuffix(typeOf(urn), ":"+kind+"Patch")
}

// initFailed reports an object that exists without being ready, so that the engine keeps it in state.
func initFailed(id string, cause error, state, inputs *structpb.Struct) error {
	reasons := []string{cause.Error()}
	var unready *waitError
	if errors.As(cause, &unready) {
		reasons = append(reasons, unready.reasons...)
	}
	failed, err := status.New(codes.Unknown, cause.Error()).WithDetails(
		&pulumirpc.ErrorResourceInitFailed{Id: id, Properties: state, Reasons: reasons, Inputs: inputs})
	if err != nil {
		return cause
	}
	return failed.Err()
}

// idOf is namespace/name, or the name alone.
func idOf(o *object) string {
	if o.GetNamespace() == "" {
		return o.GetName()
	}
	return o.GetNamespace() + "/" + o.GetName()
}

func parseID(id string) (namespace, name string) {
	namespace, name, found := strings.Cut(id, "/")
	if !found {
		return "", id
	}
	return namespace, name
}
