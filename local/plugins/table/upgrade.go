package table

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// recorded is a state from the state file as this version of the schema has it.
func (r *Resource) recorded(properties map[string]any) (Values, error) {
	state, err := Coerce(r.Fields, properties)
	if err != nil || r.Upgrade == nil {
		return state, err
	}
	version, err := versionOf(properties)
	if err != nil {
		return nil, err
	}
	if version > r.Version {
		return nil, fmt.Errorf("The current state was created by a newer provider version and cannot be downgraded from "+
			"resource schema version %d to %d. Please upgrade the provider", version, r.Version)
	}
	return state, r.Upgrade(version, state)
}

// versionOf is the version that a state names, 0 if it names none, as states of the first versions do.
func versionOf(properties map[string]any) (int, error) {
	text, _ := properties["__meta"].(string)
	if text == "" {
		return 0, nil
	}
	var meta struct {
		Version string `json:"schema_version"`
	}
	if err := json.Unmarshal([]byte(text), &meta); err != nil {
		return 0, fmt.Errorf("expected \"__meta\" special property to be a JSON-marshalled string: %w", err)
	}
	if meta.Version == "" {
		return 0, nil
	}
	return strconv.Atoi(meta.Version)
}
