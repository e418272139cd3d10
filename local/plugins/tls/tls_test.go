package tls

import (
	"crypto/x509"
	"fmt"
	"math/rand"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
	"edge-registry/local/plugins/table/tabletest"
)

func client(t *testing.T, kind string) tabletest.Client {
	token := fmt.Sprintf("tls:index/%s%s:%s", strings.ToLower(kind[:1]), kind[1:], kind)
	return tabletest.Client{T: t, Plugin: New(&rpc.Engine{}), Type: token}
}

func newKey(t *testing.T, algorithm string) string {
	_, state := client(t, "PrivateKey").Create(map[string]any{"algorithm": algorithm, "ecdsaCurve": "P256"})
	return state.Text("privateKeyPem")
}

func TestEveryFormIsTheSameKey(t *testing.T) {
	for _, inputs := range []map[string]any{
		{"algorithm": "RSA"}, {"algorithm": "RSA", "rsaBits": 3072.0}, {"algorithm": "ED25519"}, {"algorithm": "ECDSA"},
		{"algorithm": "ECDSA", "ecdsaCurve": "P256"}, {"algorithm": "ECDSA", "ecdsaCurve": "P384"}, {"algorithm": "ECDSA", "ecdsaCurve": "P521"},
	} {
		_, state := client(t, "PrivateKey").Create(inputs)
		for _, name := range []string{"privateKeyPem", "privateKeyPemPkcs8"} {
			key, algorithm, err := parseKey(state.Text(name))
			if err != nil || algorithm != inputs["algorithm"] {
				t.Fatalf("%v: expected %s to parse, got %s, %v", inputs, name, algorithm, err)
			}
			described := table.Values{}
			if err := describePublicKey(described, key.Public()); err != nil {
				t.Fatal(err)
			}
			for output, want := range described {
				if state[output] != want {
					t.Errorf("%v: expected %s of %s to be %v, got %v", inputs, output, name, want, state[output])
				}
			}
		}
		noOpenSSH := state["ecdsaCurve"] == "P224" && inputs["algorithm"] == "ECDSA"
		if noOpenSSH != (state.Text("privateKeyOpenssh") == "") || noOpenSSH != (state.Text("publicKeyOpenssh") == "") {
			t.Errorf("%v: expected OpenSSH's forms for every curve but P-224", inputs)
		}
	}
}

func TestSSHKeygenAgrees(t *testing.T) {
	for _, inputs := range []map[string]any{{"algorithm": "RSA"}, {"algorithm": "ED25519"}, {"algorithm": "ECDSA", "ecdsaCurve": "P521"}} {
		_, state := client(t, "PrivateKey").Create(inputs)
		file := t.TempDir() + "/key"
		tabletest.Write(t, file, state.Text("privateKeyOpenssh"))
		if public := tabletest.Run(t, "ssh-keygen", "-y", "-f", file); strings.TrimSpace(public) != strings.TrimSpace(state.Text("publicKeyOpenssh")) {
			t.Errorf("%v: expected %q, got %q", inputs, state.Text("publicKeyOpenssh"), public)
		}
		tabletest.Write(t, file+".pub", state.Text("publicKeyOpenssh"))
		if sha := tabletest.Run(t, "ssh-keygen", "-l", "-f", file+".pub"); !strings.Contains(sha, state.Text("publicKeyFingerprintSha256")) {
			t.Errorf("%v: expected %s in %s", inputs, state.Text("publicKeyFingerprintSha256"), sha)
		}
		if md5 := tabletest.Run(t, "ssh-keygen", "-l", "-E", "md5", "-f", file+".pub"); !strings.Contains(md5, state.Text("publicKeyFingerprintMd5")) {
			t.Errorf("%v: expected %s in %s", inputs, state.Text("publicKeyFingerprintMd5"), md5)
		}
	}
}

// randomNames makes inputs that a certificate and a request share.
func randomNames(random *rand.Rand) map[string]any {
	some := func(pool ...any) []any {
		list := []any{}
		for _, one := range pool {
			if random.Intn(2) == 0 {
				list = append(list, one)
			}
		}
		return list
	}
	subject := map[string]any{"commonName": fmt.Sprintf("name %d", random.Int())}
	for _, name := range []string{"country", "locality", "organization", "organizationalUnit", "postalCode", "province", "serialNumber"} {
		if random.Intn(2) == 0 {
			subject[name] = fmt.Sprintf("ü%d", random.Intn(100))
		}
	}
	if random.Intn(2) == 0 {
		subject["streetAddresses"] = some("1 Main St", "2 Side St", "floor 3")
	}
	return map[string]any{
		"subject":     subject,
		"dnsNames":    some("a.example", "*.b.example", "localhost"),
		"ipAddresses": some("127.0.0.1", "::1", "10.0.0.1"),
		"uris":        some("https://a.example/b", "spiffe://x/y"),
	}
}

func TestCertificatesSayWhatWasAsked(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	keys := []string{newKey(t, "RSA"), newKey(t, "ECDSA"), newKey(t, "ED25519")}
	uses := []any{"cert_signing", "digital_signature", "server_auth", "client_auth", "ocsp_signing"}
	for i := range 60 {
		inputs := randomNames(random)
		authority := random.Intn(2) == 0
		hours := float64(1 + random.Intn(10000))
		inputs["privateKeyPem"], inputs["allowedUses"] = keys[i%len(keys)], uses[:random.Intn(len(uses)+1)]
		inputs["isCaCertificate"], inputs["validityPeriodHours"] = authority, hours
		if authority {
			inputs["maxPathLength"] = float64(random.Intn(4) - 1)
		}
		id, state := client(t, "SelfSignedCert").Create(inputs)
		made, err := parseCertificate(state.Text("certPem"))
		if err != nil {
			t.Fatal(err)
		}
		subject, text := table.Values(inputs).Object("subject"), table.Values(inputs)
		ips := make([]string, len(made.IPAddresses))
		for i, ip := range made.IPAddresses {
			ips[i] = ip.String()
		}
		for what, equal := range map[string]bool{
			"id":         id == made.SerialNumber.String(),
			"authority":  made.IsCA == authority,
			"validity":   made.NotAfter.Sub(made.NotBefore) == time.Duration(hours)*time.Hour,
			"start":      state.Text("validityStartTime")[:19] == made.NotBefore.Local().Format("2006-01-02T15:04:05"),
			"names":      slices.Equal(made.DNSNames, text.Strings("dnsNames")),
			"addresses":  slices.Equal(ips, text.Strings("ipAddresses")),
			"uris":       len(made.URIs) == len(text.Strings("uris")),
			"commonName": made.Subject.CommonName == subject.Text("commonName"),
			"street":     slices.Equal(slices.Sorted(slices.Values(made.Subject.StreetAddress)), subject.Strings("streetAddresses")), // a set
			"key id":     (len(made.SubjectKeyId) > 0) == authority,
			"uses":       made.KeyUsage&x509.KeyUsageDigitalSignature != 0 == slices.Contains(text.Strings("allowedUses"), "digital_signature"),
			"extended":   slices.Contains(made.ExtKeyUsage, x509.ExtKeyUsageServerAuth) == slices.Contains(text.Strings("allowedUses"), "server_auth"),
			"signature":  made.CheckSignature(made.SignatureAlgorithm, made.RawTBSCertificate, made.Signature) == nil,
		} {
			if !equal {
				t.Fatalf("%s: expected what %v says, got %+v", what, inputs, made.Subject)
			}
		}
	}
}

func TestChainsVerifyWithOpenSSL(t *testing.T) {
	random := rand.New(rand.NewSource(2))
	for _, algorithm := range []string{"RSA", "ECDSA", "ED25519"} {
		key := newKey(t, algorithm)
		_, authority := client(t, "SelfSignedCert").Create(map[string]any{
			"privateKeyPem": key, "subject": map[string]any{"commonName": "ca", "emailAddress": "ca@example.com"}, "isCaCertificate": true,
			"setAuthorityKeyId": true, "maxPathLength": 0.0, "validityPeriodHours": 10.0, "allowedUses": []any{"cert_signing"},
		})
		if made, err := parseCertificate(authority.Text("certPem")); err != nil || string(made.AuthorityKeyId) != string(made.SubjectKeyId) {
			t.Errorf("%s: expected the authority to name its own key, got %v", algorithm, err)
		}
		names := randomNames(random)
		names["privateKeyPem"] = newKey(t, algorithm)
		_, request := client(t, "CertRequest").Create(names)
		_, leaf := client(t, "LocallySignedCert").Create(map[string]any{
			"caCertPem": authority["certPem"], "caPrivateKeyPem": key, "certRequestPem": request["certRequestPem"],
			"validityPeriodHours": 5.0, "allowedUses": []any{"server_auth"}, "setSubjectKeyId": true,
		})
		directory := t.TempDir()
		for name, text := range map[string]any{"ca": authority["certPem"], "request": request["certRequestPem"], "leaf": leaf["certPem"]} {
			tabletest.Write(t, directory+"/"+name, text.(string))
		}
		tabletest.Run(t, "openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", directory+"/ca", directory+"/leaf")
		tabletest.Run(t, "openssl", "req", "-verify", "-noout", "-in", directory+"/request")
		text := tabletest.Run(t, "openssl", "x509", "-noout", "-text", "-in", directory+"/leaf")
		for _, ip := range table.Values(names).Strings("ipAddresses") {
			if net.ParseIP(ip).To4() != nil && !strings.Contains(text, "IP Address:"+ip) {
				t.Errorf("%s: expected %s in %s", algorithm, ip, text)
			}
		}
		if leaf["caKeyAlgorithm"] != algorithm || request["keyAlgorithm"] != algorithm {
			t.Errorf("expected %s, got %v and %v", algorithm, leaf["caKeyAlgorithm"], request["keyAlgorithm"])
		}
	}
}

func TestRenewal(t *testing.T) {
	inputs := map[string]any{"privateKeyPem": newKey(t, "ECDSA"), "allowedUses": []any{}, "validityPeriodHours": 24.0}
	_, state := client(t, "SelfSignedCert").Create(inputs)
	for early, want := range map[float64]string{0: "", 23: "", 24: "readyForRenewal", 30: "readyForRenewal"} {
		inputs["earlyRenewalHours"] = early
		if got := strings.Join(client(t, "SelfSignedCert").Diff(state, inputs).GetReplaces(), " "); got != want {
			t.Errorf("%v hours early: expected %q to replace, got %q", early, want, got)
		}
	}
	inputs["earlyRenewalHours"] = 24.0
	if client(t, "SelfSignedCert").Preview(inputs)["readyForRenewal"] != true {
		t.Error("expected a certificate to be due at once")
	}
	inputs["earlyRenewalHours"] = 0.0
	state["validityEndTime"] = time.Now().Add(-time.Minute).Format(time.RFC3339Nano)
	if replaces := client(t, "SelfSignedCert").Diff(state, inputs).GetReplaces(); !slices.Contains(replaces, "readyForRenewal") {
		t.Errorf("expected an expired certificate to be replaced, got %v", replaces)
	}
	if _, err := noteRenewal(t.Context(), state); err != nil || state["readyForRenewal"] != true {
		t.Errorf("expected a refresh to note it, got %v, %v", state["readyForRenewal"], err)
	}
}

func TestWhatReplacesAndWhatDoesNot(t *testing.T) {
	inputs := map[string]any{"privateKeyPem": newKey(t, "ECDSA"), "allowedUses": []any{"server_auth"}, "validityPeriodHours": 24.0}
	_, state := client(t, "SelfSignedCert").Create(inputs)
	for name, value := range map[string]any{
		"privateKeyPem": rpc.Unknown{}, "allowedUses": []any{"server_auth", "client_auth"}, "validityPeriodHours": 25.0, "dnsNames": []any{"a"},
		"ipAddresses": []any{}, "uris": []any{"x:y"}, "subject": map[string]any{}, "isCaCertificate": true, "maxPathLength": 1.0,
		"setSubjectKeyId": true, "setAuthorityKeyId": true,
	} {
		changed := map[string]any{}
		for name, value := range inputs {
			changed[name] = value
		}
		changed[name] = value
		diff := client(t, "SelfSignedCert").Diff(state, changed)
		if !slices.Equal(diff.GetReplaces(), []string{name}) || !slices.Equal(diff.GetDiffs(), []string{name}) {
			t.Errorf("expected %s alone to replace, got %v of %v", name, diff.GetReplaces(), diff.GetDiffs())
		}
	}
	state["privateKeyPem"] = "3f786850e387550fdab836ed7e6dc881de23001b"
	if diff := client(t, "SelfSignedCert").Diff(state, inputs); len(diff.GetReplaces()) > 0 {
		t.Errorf("expected a recorded hash to be updated, got %v", diff.GetReplaces())
	}
}

func TestWhatIsMissingIsDescribed(t *testing.T) {
	const key = "Missing required property 'privateKeyPem': Private key in [PEM (RFC 1421)](https://datatracker.ietf.org/doc/html/rfc1421) format, that the certificate will belong to. " +
		"This can be read from a separate file using the [`file`](https://www.terraform.io/language/functions/file) interpolation function."
	for kind, want := range map[string]string{"CertRequest": key, "SelfSignedCert": key + " "} {
		if reasons := client(t, kind).Check(map[string]any{}); !slices.Contains(reasons, want) {
			t.Errorf("%s: expected %q, got %q", kind, want, reasons)
		}
	}
	reasons := strings.Join(client(t, "LocallySignedCert").Check(map[string]any{}), "\n")
	for _, want := range []string{
		"Missing required property 'allowedUses': List of key usages allowed for the issued certificate. Values are defined in [RFC 5280](",
		"#section-4.2.1.12). Accepted values: `any_extended`, `cert_signing`, ", "`server_auth`, `timestamping`.\n",
	} {
		if !strings.Contains(reasons, want) {
			t.Errorf("expected %q, got %q", want, reasons)
		}
	}
}

func TestBadInputsAreRefused(t *testing.T) {
	key := newKey(t, "ECDSA")
	for _, test := range []struct {
		inputs map[string]any
		reason string
	}{
		{map[string]any{"allowedUses": []any{"x"}}, `Attribute allowed_uses[0] value must be one of: ["any_extended" "cert_signing"`},
		{map[string]any{"validityPeriodHours": -1.0}, "Attribute validity_period_hours value must be at least 0, got: -1"},
		{map[string]any{"ipAddresses": []any{""}}, "Attribute ip_addresses[0] string length must be at least 1, got: 0. Examine values at 'name.ipAddresses[0]'."},
		{map[string]any{"ipAddresses": []any{"x"}}, `Invalid IP address: Failed to parse "x"`},
		{map[string]any{"privateKeyPem": "x"}, "Failed to parse private key PEM: failed to decode PEM block: decoded bytes 0, undecoded 1"},
		{map[string]any{"privateKeyPem": strings.ReplaceAll(key, "EC ", "RSA ")}, "failed to parse private key given PEM preamble 'RSA PRIVATE KEY'"},
		{map[string]any{"isCaCertificate": true}, "Must contain at least one Distinguished Name when creating Certificate Authority (CA)"},
		{map[string]any{"setAuthorityKeyId": true}, "Could not determine Authority Key Identifier"},
		{map[string]any{"dnsNames": "x"}, "Expected an Array PropertyValue"},
	} {
		inputs := map[string]any{"privateKeyPem": key, "allowedUses": []any{}, "validityPeriodHours": 24.0}
		for name, value := range test.inputs {
			inputs[name] = value
		}
		reasons := strings.Join(client(t, "SelfSignedCert").Check(inputs), "\n")
		if reasons == "" {
			reasons = client(t, "SelfSignedCert").CreateError(inputs)
		}
		if !strings.Contains(reasons, test.reason) {
			t.Errorf("%v: expected %q, got %q", test.inputs, test.reason, reasons)
		}
	}
	if _, _, err := client(t, "PrivateKey").Import("x"); err == nil || !strings.Contains(err.Error(), "does not support import") {
		t.Errorf("expected no import, got %v", err)
	}
}
