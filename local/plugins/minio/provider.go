// Package minio stands in for the published minio plugin.
package minio

import (
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
)

type provider struct {
	pulumirpc.UnimplementedResourceProviderServer
}

// New makes the plugin's service.
func New(engine *rpc.Engine) pulumirpc.ResourceProviderServer { return &provider{} }
