// Package tls stands in for the published tls plugin.
package tls

import (
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

// New makes the plugin's service.
func New(engine *rpc.Engine) pulumirpc.ResourceProviderServer {
	return &table.Plugin{
		Engine:  engine,
		Name:    "tls",
		Version: "5.6.1",
		// A proxy is for look-ups that this plugin does not make.
		Settings: []string{"proxy"},
		Resources: map[string]*table.Resource{
			"tls:index/certRequest:CertRequest":             certRequest(),
			"tls:index/locallySignedCert:LocallySignedCert": locallySignedCert(),
			"tls:index/privateKey:PrivateKey":               privateKey(),
			"tls:index/selfSignedCert:SelfSignedCert":       selfSignedCert(),
		},
		Functions: map[string]func(table.Values) (table.Values, error){
			"tls:index/getPublicKey:getPublicKey": getPublicKey,
		},
	}
}

func output(name string) table.Field {
	return table.Field{Name: name, Output: true, Stable: true}
}
