// Package tls stands in for the published tls plugin.
package tls

import (
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
)

type provider struct {
	pulumirpc.UnimplementedResourceProviderServer
}

// New makes the plugin's service.
func New(engine *rpc.Engine) pulumirpc.ResourceProviderServer { return &provider{} }
