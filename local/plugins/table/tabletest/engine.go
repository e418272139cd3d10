package tabletest

import (
	"context"
	"net"
	"sync"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"edge-registry/local/plugins/rpc"
)

// Told is what a plugin tells the user.
type Told struct {
	pulumirpc.UnimplementedEngineServer
	mutex    sync.Mutex
	messages []string
}

// Log notes a message.
func (t *Told) Log(_ context.Context, request *pulumirpc.LogRequest) (*emptypb.Empty, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.messages = append(t.messages, request.GetSeverity().String()+": "+request.GetMessage())
	return &emptypb.Empty{}, nil
}

// Messages gives what was told since it was last asked.
func (t *Told) Messages() []string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	messages := t.messages
	t.messages = nil
	return messages
}

// Engine makes an engine that only listens.
func Engine(t *testing.T) (*rpc.Engine, *Told) {
	t.Helper()
	told, engine := &Told{}, &rpc.Engine{}
	address := Serve(t, func(server *grpc.Server) { pulumirpc.RegisterEngineServer(server, told) })
	if err := engine.Attach(address); err != nil {
		t.Fatal(err)
	}
	return engine, told
}

// Serve has a server listen for as long as the test runs.
func Serve(t *testing.T, register func(*grpc.Server)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	register(server)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}
