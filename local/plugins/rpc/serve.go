// Package rpc is what every plugin needs to talk to the engine: a server, the way back, and property values.
package rpc

import (
	"context"
	"fmt"
	"math"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// A Constructor makes a plugin's service; the engine it gets may not be attached yet.
type Constructor func(engine *Engine) pulumirpc.ResourceProviderServer

// Serve prints the port the engine is waiting for and answers until it is interrupted.
// The engine's address is the last argument that is not a flag; without one it comes with Attach or Handshake.
func Serve(args []string, construct Constructor) error {
	engine := &Engine{}
	for _, arg := range args {
		if !strings.HasPrefix(arg, "-") {
			if err := engine.Attach(arg); err != nil {
				return err
			}
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(math.MaxInt32), grpc.MaxSendMsgSize(math.MaxInt32))
	pulumirpc.RegisterResourceProviderServer(server, construct(engine))

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, server.Stop)
	go outlive(os.Getppid(), stop)

	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	return server.Serve(listener)
}

// outlive stops a plugin whose engine is gone: one that was killed says no goodbye.
func outlive(engine int, stop func()) {
	for os.Getppid() == engine {
		time.Sleep(time.Second)
	}
	stop()
}
