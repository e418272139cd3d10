package random

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	petname "github.com/dustinkirkland/golang-petname"

	"edge-registry/local/plugins/table"
)

func bytes() *table.Resource {
	return &table.Resource{
		ID: "base64",
		Fields: []table.Field{
			{Name: "keepers", Kind: table.Map, Replace: table.Always},
			{Name: "length", Kind: table.Int, Required: true, Replace: table.Always, Valid: []table.Rule{table.AtLeast(1)},
				Doc: "The number of bytes requested. The minimum value for length is 1."},
			{Name: "base64", Output: true, Stable: true, Secret: true},
			{Name: "hex", Output: true, Stable: true, Secret: true},
		},
		Create: func(_ context.Context, state table.Values) error {
			recordBytes(state, randomBytes(state.Int("length")))
			return nil
		},
		Import: func(id string) (table.Values, error) {
			value, err := base64.StdEncoding.DecodeString(id)
			if err != nil {
				return nil, fmt.Errorf("Import Random bytes Error: There was an error during the parsing of the base64 string.\n\n%sOriginal Error: %w", retry, err)
			}
			state := table.Values{"length": float64(len(value))}
			recordBytes(state, value)
			return state, nil
		},
	}
}

func recordBytes(state table.Values, value []byte) {
	state["base64"], state["hex"] = base64.StdEncoding.EncodeToString(value), hex.EncodeToString(value)
}

func id() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			keepers(), output("id"),
			{Name: "byteLength", Kind: table.Int, Required: true, Replace: table.Always,
				Doc: "The number of random bytes to produce. The minimum value is 1, which produces eight bits of randomness."},
			{Name: "prefix", Replace: table.Always},
			output("b64Std"), output("b64Url"), output("dec"), output("hex"),
		},
		Create: func(_ context.Context, state table.Values) error {
			if state.Int("byteLength") < 0 {
				return negative("byteLength", state)
			}
			recordID(state, randomBytes(state.Int("byteLength")))
			return nil
		},
		Import: func(id string) (table.Values, error) {
			state := table.Values{}
			if comma := strings.LastIndex(id, ","); comma >= 0 {
				if comma > 0 {
					state["prefix"] = id[:comma]
				}
				id = id[comma+1:]
			}
			value, err := base64.RawURLEncoding.DecodeString(id)
			if err != nil {
				return nil, fmt.Errorf("Import Random ID Error: While attempting to import a random id there was a decoding error.\n\n+%sOriginal Error: %w", retry, err)
			}
			state["byteLength"] = float64(len(value))
			recordID(state, value)
			return state, nil
		},
	}
}

func recordID(state table.Values, value []byte) {
	prefix, url := state.Text("prefix"), base64.RawURLEncoding.EncodeToString(value)
	state["id"], state["b64Url"] = url, prefix+url
	state["b64Std"] = prefix + base64.StdEncoding.EncodeToString(value)
	state["hex"] = prefix + hex.EncodeToString(value)
	state["dec"] = prefix + new(big.Int).SetBytes(value).String()
}

func pet() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			keepers(), output("id"),
			{Name: "length", Kind: table.Int, Computed: true, Default: 2.0, Replace: table.Always},
			{Name: "prefix", Replace: table.Always},
			{Name: "separator", Computed: true, Default: "-", Replace: table.Always},
		},
		Create: func(_ context.Context, state table.Values) error {
			separator := state.Text("separator")
			name := strings.ToLower(petname.Generate(int(state.Int("length")), separator))
			if prefix := state.Text("prefix"); prefix != "" {
				name = prefix + separator + name
			} else {
				delete(state, "prefix")
			}
			state["id"] = name
			return nil
		},
	}
}

func randomBytes(length int64) []byte {
	value := make([]byte, length)
	_, _ = rand.Read(value) // never fails
	return value
}
