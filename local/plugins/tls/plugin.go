// Package tls stands in for the published tls plugin.
package tls

import (
	"net/http"
	"net/url"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

type plugin struct {
	table.Plugin
	proxy func(*http.Request) (*url.URL, error) // for the look-up of certificates
}

// New makes the plugin's service.
func New(engine *rpc.Engine) pulumirpc.ResourceProviderServer {
	p := &plugin{Plugin: table.Plugin{
		Engine:   engine,
		Name:     "tls",
		Version:  "5.6.1",
		Settings: settings,
		Resources: map[string]*table.Resource{
			"tls:index/certRequest:CertRequest":             certRequest(),
			"tls:index/locallySignedCert:LocallySignedCert": locallySignedCert(),
			"tls:index/privateKey:PrivateKey":               privateKey(),
			"tls:index/selfSignedCert:SelfSignedCert":       selfSignedCert(),
		},
	}}
	p.Functions = map[string]*table.Function{
		"tls:index/getCertificate:getCertificate": {Wire: "tls_certificate", Fields: certificateArguments, Results: certificateResults, Call: p.getCertificate},
		"tls:index/getPublicKey:getPublicKey":     {Wire: "tls_public_key", Fields: publicKeyArguments, Results: publicKeyResults, Call: getPublicKey},
	}
	return p
}

var settings = []table.Field{{Name: "proxy", Kind: table.Object, Fields: []table.Field{
	{Name: "fromEnv", Kind: table.Bool}, {Name: "password", Secret: true}, {Name: "url"}, {Name: "username"},
}}}

func output(name string) table.Field {
	return table.Field{Name: name, Output: true, Stable: true}
}
