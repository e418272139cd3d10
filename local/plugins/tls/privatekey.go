package tls

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"golang.org/x/crypto/ssh"

	"edge-registry/local/plugins/table"
)

func privateKey() *table.Resource {
	fields := []table.Field{
		{Name: "algorithm", Required: true, Replace: table.Always, Valid: []table.Rule{table.OneOf("RSA", "ECDSA", "ED25519")},
			Doc: "Name of the algorithm to use when generating the private key. Currently-supported values are: `RSA`, `ECDSA`, `ED25519`. "},
		{Name: "ecdsaCurve", Computed: true, Default: "P224", Replace: table.Always, Valid: []table.Rule{table.OneOf("P224", "P256", "P384", "P521")}},
		{Name: "rsaBits", Kind: table.Int, Computed: true, Default: 2048.0, Replace: table.Always},
	}
	for _, name := range []string{"privateKeyPem", "privateKeyOpenssh", "privateKeyPemPkcs8"} {
		fields = append(fields, table.Field{Name: name, Output: true, Secret: true})
	}
	for _, name := range []string{"publicKeyPem", "publicKeyOpenssh", "publicKeyFingerprintMd5", "publicKeyFingerprintSha256", "id"} {
		fields = append(fields, table.Field{Name: name, Output: true})
	}
	return &table.Resource{Version: 1, Upgrade: upgradePrivateKey, Fields: fields, Create: createPrivateKey}
}

func createPrivateKey(_ context.Context, state table.Values) error {
	key, err := generateKey(state)
	if err != nil {
		return fmt.Errorf("Unable to generate Key from configuration: %w", err)
	}
	if err := describeKey(state, key); err != nil {
		return err
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		state["privateKeyPem"] = encodePEM(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	case *ecdsa.PrivateKey:
		der, err := x509.MarshalECPrivateKey(key)
		if err != nil {
			return fmt.Errorf("Unable to encode key to PEM: %w", err)
		}
		state["privateKeyPem"] = encodePEM(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
	default:
		state["privateKeyPem"] = state["privateKeyPemPkcs8"]
	}
	return nil
}

// describeKey gives every form but the classic one, which is what the others are made from.
func describeKey(state table.Values, key crypto.Signer) error {
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("Unable to encode private key to PKCS#8 PEM: %w", err)
	}
	state["privateKeyPemPkcs8"] = encodePEM(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	// OpenSSH knows no P-224: its forms stay empty then. Its private one is never the same twice.
	if block, err := ssh.MarshalPrivateKey(key, ""); err == nil && state.Text("privateKeyOpenssh") == "" {
		state["privateKeyOpenssh"] = encodePEM(block)
	} else if err != nil {
		state["privateKeyOpenssh"] = ""
	}
	return describePublicKey(state, key.Public())
}

func generateKey(state table.Values) (crypto.Signer, error) {
	curves := map[string]elliptic.Curve{
		"P224": elliptic.P224(), "P256": elliptic.P256(), "P384": elliptic.P384(), "P521": elliptic.P521(),
	}
	switch state.Text("algorithm") {
	case "RSA":
		return rsa.GenerateKey(rand.Reader, int(state.Int("rsaBits")))
	case "ECDSA":
		return ecdsa.GenerateKey(curves[state.Text("ecdsaCurve")], rand.Reader)
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	return key, err
}

func describePublicKey(state table.Values, key crypto.PublicKey) error {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return fmt.Errorf("Failed to marshal public key: %w", err)
	}
	state["id"] = hash(der)
	state["publicKeyPem"] = encodePEM(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	state["publicKeyOpenssh"], state["publicKeyFingerprintMd5"], state["publicKeyFingerprintSha256"] = "", "", ""
	if public, err := ssh.NewPublicKey(key); err == nil {
		state["publicKeyOpenssh"] = string(ssh.MarshalAuthorizedKey(public))
		state["publicKeyFingerprintMd5"] = ssh.FingerprintLegacyMD5(public)
		state["publicKeyFingerprintSha256"] = ssh.FingerprintSHA256(public)
	}
	return nil
}

var publicKeyArguments = []table.Field{{Name: "privateKeyPem", Secret: true}, {Name: "privateKeyOpenssh", Secret: true}}

var publicKeyResults = []table.Field{
	{Name: "algorithm", Required: true}, {Name: "publicKeyFingerprintMd5", Required: true}, {Name: "publicKeyFingerprintSha256", Required: true},
	{Name: "publicKeyOpenssh", Required: true}, {Name: "publicKeyPem", Required: true},
}

func getPublicKey(arguments table.Values) (table.Values, error) {
	if err := table.ExactlyOne(arguments, "privateKeyPem", "privateKeyOpenssh"); err != nil {
		return nil, err
	}
	key, algorithm, err := parseKey(arguments.Text("privateKeyPem"))
	if openssh, given := arguments["privateKeyOpenssh"].(string); given {
		key, algorithm, err = parseOpenSSHKey(openssh)
	}
	if err != nil {
		return nil, fmt.Errorf("Unable to parse private key: %w", err)
	}
	arguments["algorithm"] = algorithm
	return arguments, describePublicKey(arguments, key.Public())
}
