// Package random stands in for the published random plugin.
package random

import (
	"maps"
	"reflect"

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

// keepers are values whose change makes a new random value. Null values were never recorded by the plugin's first
// versions, so they do not count.
func keepers() table.Field {
	return table.Field{Name: "keepers", Kind: table.Map, Replace: func(old, new any) bool {
		recorded, given := known(old), known(new)
		if reflect.DeepEqual(recorded, given) {
			return false
		}
		for key := range recorded {
			if _, kept := given[key]; !kept {
				return true
			}
		}
		return len(given) > 0
	}}
}

func known(value any) map[string]any {
	values, _ := value.(map[string]any)
	values = maps.Clone(values)
	maps.DeleteFunc(values, func(_ string, value any) bool { return value == nil })
	return values
}

func output(name string) table.Field {
	return table.Field{Name: name, Output: true, Stable: true}
}
