package kubernetes

import (
	"context"
	"sync"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"edge-registry/local/plugins/table/tabletest"
)

// console notes what the user is told.
type console struct {
	pulumirpc.UnimplementedEngineServer
	sync.Mutex
	said []*pulumirpc.LogRequest
}

func (c *console) Log(_ context.Context, request *pulumirpc.LogRequest) (*emptypb.Empty, error) {
	c.Lock()
	defer c.Unlock()
	c.said = append(c.said, request)
	return &emptypb.Empty{}, nil
}

func (c *console) attach(t *testing.T, p *provider) {
	t.Helper()
	address := tabletest.Serve(t, func(server *grpc.Server) { pulumirpc.RegisterEngineServer(server, c) })
	if err := p.engine.Attach(address); err != nil {
		t.Fatal(err)
	}
}
