package random

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"edge-registry/local/plugins/table"
)

func identifier(generate func() (uuid.UUID, error), parse func(string) (uuid.UUID, error)) *table.Resource {
	return &table.Resource{
		Fields: []table.Field{keepers(), output("id"), output("result")},
		Create: func(_ context.Context, state table.Values) error {
			result, err := generate()
			state["id"], state["result"] = result.String(), result.String()
			return err
		},
		Import: func(id string) (table.Values, error) {
			result, err := parse(id)
			if err != nil {
				return nil, fmt.Errorf("Import Random UUID Error: There was an error during the parsing of the UUID.\n\n%sOriginal Error: %w", retry, err)
			}
			return table.Values{"id": result.String(), "result": result.String()}, nil
		},
	}
}

// anyUUID is 128 random bits, of no version.
func anyUUID() *table.Resource {
	return identifier(func() (id uuid.UUID, err error) {
		_, err = rand.Read(id[:])
		return id, err
	}, parseUUID)
}

func uuid4() *table.Resource { return identifier(uuid.NewRandom, uuid.Parse) }

func uuid7() *table.Resource { return identifier(uuid.NewV7, uuid.Parse) }

// parseUUID takes nothing but the plain form.
func parseUUID(text string) (id uuid.UUID, err error) {
	if len(text) != 36 {
		return id, errors.New("uuid string is wrong length")
	}
	if text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return id, errors.New("uuid is improperly formatted")
	}
	_, err = hex.Decode(id[:], []byte(text[:8]+text[9:13]+text[14:18]+text[19:23]+text[24:]))
	return id, err
}
