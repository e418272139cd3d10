package tls

import (
	"fmt"

	"edge-registry/local/plugins/table"
)

// upgradePrivateKey fills in the forms that the first version did not give.
func upgradePrivateKey(version int, state table.Values) error {
	if version > 0 {
		return nil
	}
	key, _, err := parseKey(state.Text("privateKeyPem"))
	if err != nil {
		return fmt.Errorf("Unable to parse key from PEM: %w", err)
	}
	return describeKey(state, key)
}

// upgradeSelfSigned keeps a certificate whose state is from before false and "" were recorded as such: to the table,
// the one that was not recorded and the other that was are changes. The version did not change then.
func upgradeSelfSigned(_ int, state table.Values) error {
	ancient := false
	for _, name := range []string{"setSubjectKeyId", "setAuthorityKeyId", "isCaCertificate"} {
		if state[name] == nil {
			state[name], ancient = false, true
		}
	}
	if state["allowedUses"] == nil {
		state["allowedUses"] = []any{}
	}
	subject := state.Object("subject")
	if !ancient && !namesAll(subject) {
		return nil
	}
	for name, value := range subject {
		if table.Empty(value) {
			delete(subject, name)
		}
	}
	return nil
}

// namesAll tells a subject of an ancient state: a program of today that says "" need not say it of every property.
// The published plugin takes that "" for none, too, and makes such a certificate anew every time.
func namesAll(subject table.Values) bool {
	for _, name := range []string{"commonName", "country", "locality", "organization", "organizationalUnit", "postalCode", "province", "serialNumber"} {
		if _, set := subject[name]; !set {
			return false
		}
	}
	return true
}
