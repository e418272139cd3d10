package tls

import (
	"maps"
	"slices"
	"testing"

	"edge-registry/local/plugins/table"
)

func TestAFirstPrivateKeyIsNoChangeAndGetsTheNewForms(t *testing.T) {
	for _, algorithm := range []string{"RSA", "ECDSA", "ED25519"} {
		inputs := map[string]any{"algorithm": algorithm, "ecdsaCurve": "P256"}
		_, made := client(t, "PrivateKey").Create(inputs)
		first := maps.Clone(made)
		for _, name := range []string{"__meta", "privateKeyOpenssh", "privateKeyPemPkcs8", "publicKeyFingerprintSha256"} {
			delete(first, name)
		}
		if diff := client(t, "PrivateKey").Diff(first, inputs); len(diff.GetDiffs()) > 0 {
			t.Errorf("%s: expected no change, got %v", algorithm, diff.GetDiffs())
		}
		state, err := client(t, "PrivateKey").Refresh(first)
		if err != nil {
			t.Fatal(err)
		}
		key, _, err := parseOpenSSHKey(state.Text("privateKeyOpenssh"))
		if err != nil {
			t.Fatal(err)
		}
		described := table.Values{}
		if err := describePublicKey(described, key.Public()); err != nil || described["id"] != made["id"] {
			t.Errorf("%s: expected OpenSSH's form of the same key, got %v, %v", algorithm, described, err)
		}
		// OpenSSH's form holds a random number.
		delete(state, "privateKeyOpenssh")
		delete(made, "privateKeyOpenssh")
		if !maps.Equal(state, made) {
			t.Errorf("%s: expected %v, got %v", algorithm, made, state)
		}
	}
	if _, err := client(t, "PrivateKey").Refresh(map[string]any{"privateKeyPem": "x"}); err == nil {
		t.Error("expected a key that cannot be read to be refused")
	}
}

func TestAnAncientCertificateIsNoChange(t *testing.T) {
	names := []string{"country", "locality", "organization", "organizationalUnit", "postalCode", "province", "serialNumber"}
	for _, flags := range []map[string]any{{}, {"isCaCertificate": true, "setSubjectKeyId": true, "setAuthorityKeyId": true}} {
		inputs := map[string]any{
			"privateKeyPem": newKey(t, "ECDSA"), "allowedUses": []any{}, "validityPeriodHours": 24.0,
			"subject": map[string]any{"commonName": "name"},
		}
		maps.Copy(inputs, flags)
		_, state := client(t, "SelfSignedCert").Create(inputs)
		subject := map[string]any{"commonName": "name", "streetAddresses": []any{}}
		for _, name := range names {
			subject[name] = ""
		}
		state["subject"] = subject
		for _, name := range []string{"isCaCertificate", "setSubjectKeyId", "setAuthorityKeyId", "allowedUses"} {
			if _, given := flags[name]; !given {
				delete(state, name)
			}
		}
		if diff := client(t, "SelfSignedCert").Diff(state, inputs); len(diff.GetDiffs()) > 0 {
			t.Errorf("%v: expected no change, got %v", flags, diff.GetDiffs())
		}
		inputs["subject"] = map[string]any{"commonName": "another"}
		if replaces := client(t, "SelfSignedCert").Diff(state, inputs).GetReplaces(); !slices.Contains(replaces, "subject") {
			t.Errorf("%v: expected another name to replace, got %v", flags, replaces)
		}
	}
}

func TestAnEmptyNameOfTodayStays(t *testing.T) {
	inputs := map[string]any{
		"privateKeyPem": newKey(t, "ECDSA"), "allowedUses": []any{}, "validityPeriodHours": 24.0,
		"subject": map[string]any{"commonName": "name", "country": ""},
	}
	_, state := client(t, "SelfSignedCert").Create(inputs)
	inputs["subject"] = map[string]any{"commonName": "name"}
	if replaces := client(t, "SelfSignedCert").Diff(state, inputs).GetReplaces(); !slices.Equal(replaces, []string{"subject"}) {
		t.Errorf("expected the empty name's removal to replace, got %v", replaces)
	}
}
