package rpc

import (
	"context"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// Engine is the way back to the engine, for what the user should read while a resource is being worked on.
type Engine struct {
	mutex  sync.Mutex
	client pulumirpc.EngineClient
}

// Attach sets the engine's address: from the command line, from Attach, or from Handshake.
func (e *Engine) Attach(address string) error {
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.client = pulumirpc.NewEngineClient(connection)
	return nil
}

// Log shows a message beside the resource. Losing one is not worth failing an operation.
func (e *Engine) Log(ctx context.Context, severity pulumirpc.LogSeverity, urn, message string) {
	e.log(ctx, &pulumirpc.LogRequest{Severity: severity, Urn: urn, Message: message})
}

// Status shows a message beside the resource that the next one replaces.
func (e *Engine) Status(ctx context.Context, severity pulumirpc.LogSeverity, urn, message string) {
	e.log(ctx, &pulumirpc.LogRequest{Severity: severity, Urn: urn, Message: message, Ephemeral: true})
}

func (e *Engine) log(ctx context.Context, request *pulumirpc.LogRequest) {
	e.mutex.Lock()
	client := e.client
	e.mutex.Unlock()
	if client != nil {
		_, _ = client.Log(ctx, request)
	}
}
