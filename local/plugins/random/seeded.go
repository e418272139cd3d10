package random

import (
	"context"
	"errors"
	"fmt"
	"hash/crc64"
	"math/rand"
	"strconv"
	"strings"
	"time"

	"edge-registry/local/plugins/table"
)

// seeded gives the published plugin's sequence for a seed: Go's first generator over the seed's CRC.
func seeded(seed string) *rand.Rand {
	if seed == "" {
		return rand.New(rand.NewSource(time.Now().UnixNano()))
	}
	return rand.New(rand.NewSource(int64(crc64.Checksum([]byte(seed), crc64.MakeTable(crc64.ISO)))))
}

func integer() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			keepers(), output("id"),
			{Name: "max", Kind: table.Int, Required: true, Replace: table.Always, Doc: "The maximum inclusive value of the range."},
			{Name: "min", Kind: table.Int, Required: true, Replace: table.Always, Doc: "The minimum inclusive value of the range."},
			{Name: "seed", Replace: table.Always},
			{Name: "result", Kind: table.Int, Output: true, Stable: true},
		},
		Create: func(_ context.Context, state table.Values) error {
			least, most := state.Int("min"), state.Int("max")
			if most < least {
				return errors.New("Create Random Integer Error: The minimum (minVal) value needs to be smaller than or equal to maximum (maxVal) value.")
			}
			seed := state.Text("seed")
			if seed == "" {
				delete(state, "seed")
			}
			result := int64(seeded(seed).Intn(int(most+1-least))) + least
			state["result"], state["id"] = float64(result), strconv.FormatInt(result, 10)
			return nil
		},
		Import: importInteger,
	}
}

// importInteger reads {result},{min},{max} or {result},{min},{max},{seed}.
func importInteger(id string) (table.Values, error) {
	parts := strings.Split(id, ",")
	if len(parts) != 3 && len(parts) != 4 {
		return nil, errors.New("Import Random Integer Error: Invalid import usage: expecting {result},{min},{max} or {result},{min},{max},{seed}")
	}
	state := table.Values{"id": parts[0]}
	for i, part := range []struct{ name, title string }{{"result", "value"}, {"min", "min value"}, {"max", "max value"}} {
		number, err := strconv.ParseInt(parts[i], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("Import Random Integer Error: The %s supplied could not be parsed as an integer.\n\nOriginal Error: %w", part.title, err)
		}
		state[part.name] = float64(number)
	}
	if len(parts) == 4 {
		state["seed"] = parts[3]
	}
	return state, nil
}

func shuffle() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			keepers(), output("id"),
			{Name: "inputs", Wire: "input", Kind: table.List, Required: true, Replace: table.Always, Doc: "The list of strings to shuffle."},
			{Name: "resultCount", Kind: table.Int, Replace: table.Always},
			{Name: "seed", Replace: table.Always},
			{Name: "results", Wire: "result", Kind: table.List, Output: true, Stable: true},
		},
		Create: func(_ context.Context, state table.Values) error {
			inputs, _ := state["inputs"].([]any)
			count := int64(len(inputs))
			if _, given := state["resultCount"]; given {
				count = state.Int("resultCount")
			}
			if count < 0 && len(inputs) > 0 {
				return negative("resultCount", state)
			}
			results := []any{}
			generator := seeded(state.Text("seed"))
			// A count beyond the inputs takes whole permutations one after the other.
			for len(inputs) > 0 && int64(len(results)) < count {
				for _, i := range generator.Perm(len(inputs)) {
					results = append(results, inputs[i])
				}
			}
			state["id"], state["results"] = "-", results[:max(min(count, int64(len(results))), 0)]
			return nil
		},
	}
}
