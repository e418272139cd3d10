package kubernetes

import (
	"context"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"edge-registry/local/plugins/rpc"
)

// components are the types that consist of other resources, and how their arguments become objects.
var components = map[string]func(properties) ([]*object, error){
	"kubernetes:yaml/v2:ConfigFile": func(arguments properties) ([]*object, error) {
		file, _ := arguments["file"].(string)
		return readManifest(file)
	},
	"kubernetes:yaml/v2:ConfigGroup": func(arguments properties) ([]*object, error) {
		text, _ := arguments["yaml"].(string)
		objects, err := readManifests(textsOf(arguments["files"]), text)
		more, _ := arguments["objs"].([]any)
		for _, one := range more {
			if fields, is := one.(properties); is {
				objects = append(objects, &object{Object: fields})
			}
		}
		return objects, err
	},
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
	read, known := components[request.GetType()]
	if !known {
		return nil, fmt.Errorf("unknown resource type %q", request.GetType())
	}
	connection, err := grpc.NewClient(request.GetMonitorEndpoint(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	group := &group{request: request, monitor: pulumirpc.NewResourceMonitorClient(connection)}
	if err := group.begin(ctx); err != nil {
		return nil, err
	}
	arguments := rpc.Decode(request.GetInputs())
	if hasUnknown(arguments) {
		p.warn("", fmt.Sprintf("%s:%s -- Required input properties have unknown values. Preview is incomplete.\n",
			request.GetType(), request.GetName()))
		return group.end(rpc.Unknown{}, nil), nil
	}
	objects, err := read(arguments)
	if err == nil {
		objects, err = p.complete(objects)
	}
	var members []*member
	if err == nil {
		members, err = group.register(ctx, arguments, objects)
	}
	if err != nil {
		// As the published plugin puts it, which only knows when it answers.
		return nil, fmt.Errorf("marshaling properties: awaiting input property %q: %w", "resources", err)
	}
	references, urns := referTo(members)
	return group.end(references, urns), nil
}
