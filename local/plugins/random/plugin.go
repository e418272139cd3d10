// Package random stands in for the published random plugin.
package random

import (
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

// New makes the plugin's service.
func New(engine *rpc.Engine) pulumirpc.ResourceProviderServer {
	return &table.Plugin{
		Engine:  engine,
		Name:    "random",
		Version: "4.21.2",
		Resources: map[string]*table.Resource{
			"random:index/randomBytes:RandomBytes":       bytes(),
			"random:index/randomId:RandomId":             id(),
			"random:index/randomInteger:RandomInteger":   integer(),
			"random:index/randomPassword:RandomPassword": password(),
			"random:index/randomPet:RandomPet":           pet(),
			"random:index/randomShuffle:RandomShuffle":   shuffle(),
			"random:index/randomString:RandomString":     text(),
			"random:index/randomUuid:RandomUuid":         anyUUID(),
			"random:index/randomUuid4:RandomUuid4":       uuid4(),
			"random:index/randomUuid7:RandomUuid7":       uuid7(),
		},
	}
}

// keepers are values whose change makes a new random value. The plugin's first versions did not record null values, so
// one that appears is no change.
func keepers() table.Field {
	return table.Field{Name: "keepers", Kind: table.Map, Replace: func(old, new any) bool {
		recorded, _ := old.(map[string]any)
		given, _ := new.(map[string]any)
		for key, value := range given {
			if value != recorded[key] {
				return true
			}
		}
		for key := range recorded {
			if _, kept := given[key]; !kept {
				return true
			}
		}
		return false
	}}
}

func output(name string) table.Field {
	return table.Field{Name: name, Output: true, Stable: true}
}
