package kubernetes

import (
	"cmp"
	"context"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"edge-registry/local/plugins/rpc"
)

// component is a type that consists of other resources.
type component struct {
	// read gives the objects that the arguments describe.
	read func(arguments properties) ([]*object, error)
	// derived: the published plugin makes of the resources an output that derives from the arguments. So they are secret
	// if an argument is, depend on what the arguments come from, and whatever fails does so while that output is awaited.
	derived bool
}

var components = map[string]component{
	"kubernetes:kustomize/v2:Directory": {read: readDirectory},
	"kubernetes:yaml/v2:ConfigFile":     {read: readConfigFile, derived: true},
	"kubernetes:yaml/v2:ConfigGroup":    {read: readConfigGroup, derived: true},
}

func readConfigFile(arguments properties) ([]*object, error) {
	file, _ := arguments["file"].(string)
	return readManifest(file)
}

func readConfigGroup(arguments properties) ([]*object, error) {
	text, _ := arguments["yaml"].(string)
	objects, err := readManifests(textsOf(arguments["files"]), text)
	more, _ := arguments["objs"].([]any)
	for _, one := range more {
		if fields, is := one.(properties); is {
			objects = append(objects, &object{Object: fields})
		}
	}
	return objects, err
}

func textsOf(value any) []string {
	list, _ := value.([]any)
	var all []string
	for _, one := range list {
		if text, is := one.(string); is {
			all = append(all, text)
		}
	}
	return all
}

// Construct makes what consists of other resources.
func (p *provider) Construct(
	ctx context.Context, request *pulumirpc.ConstructRequest,
) (*pulumirpc.ConstructResponse, error) {
	if err := refuseHelm(request.GetType()); err != nil {
		return nil, err
	}
	if err := p.reach(); err != nil {
		return nil, err
	}
	kind, known := components[request.GetType()]
	if !known {
		return nil, fmt.Errorf("unknown resource type %q", request.GetType())
	}
	connection, err := grpc.NewClient(request.GetMonitorEndpoint(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	group := &group{component: kind, request: request, monitor: pulumirpc.NewResourceMonitorClient(connection)}
	if err := group.begin(ctx); err != nil {
		return nil, err
	}
	arguments := rpc.Decode(request.GetInputs())
	if hasUnknown(arguments) {
		p.warnOfUnknowns(group)
		return group.end(rpc.Unknown{}, nil), nil
	}
	members, err := p.fill(ctx, group, arguments)
	if err != nil {
		return nil, err
	}
	references, urns := referTo(members)
	return group.end(references, urns), nil
}

// warnOfUnknowns says that nobody can tell yet what the group will consist of.
func (p *provider) warnOfUnknowns(of *group) {
	if !of.derived {
		p.warn(of.urn, "Input properties have unknown values. Preview is incomplete.")
		return
	}
	p.warn("", fmt.Sprintf("%s:%s -- Required input properties have unknown values. Preview is incomplete.\n",
		of.request.GetType(), of.request.GetName()))
}

// fill registers what the arguments describe.
func (p *provider) fill(ctx context.Context, group *group, arguments properties) ([]*member, error) {
	members, err := p.prepare(group, arguments)
	if err != nil && !group.derived {
		return nil, err
	}
	if err == nil {
		err = group.register(ctx, members)
	}
	if err != nil {
		// As the published plugin puts it, which only knows when it answers.
		return nil, fmt.Errorf("marshaling properties: awaiting input property %q: %w", "resources", err)
	}
	return members, nil
}

func (p *provider) prepare(group *group, arguments properties) ([]*member, error) {
	objects, err := group.read(arguments)
	if err != nil {
		return nil, err
	}
	namespace, _ := arguments["namespace"].(string)
	objects, err = p.complete(objects, cmp.Or(namespace, p.settings.namespace))
	if err != nil {
		return nil, err
	}
	return group.members(objects, arguments)
}
