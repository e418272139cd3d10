package random

import (
	"errors"
	"fmt"

	"golang.org/x/crypto/bcrypt"

	"edge-registry/local/plugins/table"
)

// upgradePassword keeps a password of an older version: to the table, what that version did not record is a change.
func upgradePassword(version int, state table.Values) error {
	switch version {
	case 0:
		completeCharacters(state)
		return recordHash(state)
	case 1:
		completeCharacters(state)
	case 2:
		completeCharacters(state)
		return repairHash(state)
	}
	return nil
}

// upgradeText keeps a string of an older version. The published plugin's bridge once lost the version in the state, so
// that one without is taken for the first, which did not record numeric.
func upgradeText(version int, state table.Values) error {
	if version < 2 {
		completeCharacters(state)
	}
	return nil
}

// completeCharacters fills in numeric, once called number, and what an import by the older versions left out.
func completeCharacters(state table.Values) {
	fill := func(name string, value any) {
		if state[name] == nil {
			state[name] = value
		}
	}
	fill("length", float64(len(state.Text("result"))))
	for _, name := range []string{"special", "upper", "lower", "number"} {
		fill(name, true)
	}
	for _, name := range minimums {
		fill(name, 0.0)
	}
	state["numeric"] = state["number"]
}

// repairHash makes a hash anew that is not of the password: the second version hashed another.
func repairHash(state table.Values) error {
	err := bcrypt.CompareHashAndPassword([]byte(state.Text("bcryptHash")), []byte(state.Text("result")))
	if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return recordHash(state)
	}
	if err != nil {
		return fmt.Errorf("Version 3 State Upgrade Error: An unexpected error occurred when comparing the state version 2 password and bcrypt hash. "+
			"This is always an issue in the provider and should be reported to the provider developers.\n\nOriginal Error: %w", err)
	}
	return nil
}
