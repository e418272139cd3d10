package tls

import (
	"crypto/sha1"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"golang.org/x/crypto/ssh"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

// call gives a function's result, or why there is none.
func call(t *testing.T, function string, arguments map[string]any) (table.Values, string) {
	t.Helper()
	response, err := New(&rpc.Engine{}).Invoke(t.Context(), &pulumirpc.InvokeRequest{
		Tok: fmt.Sprintf("tls:index/%[1]s:%[1]s", function), Args: rpc.Encode(arguments),
	})
	if err != nil {
		return nil, err.Error()
	}
	reasons := ""
	for _, failure := range response.GetFailures() {
		reasons += failure.GetProperty() + ": " + failure.GetReason() + "\n"
	}
	return rpc.Decode(response.GetReturn()), reasons
}

func TestFunctionsRefuseBadArguments(t *testing.T) {
	one := "Invalid Attribute Combination: %s specified when one (and only one) of [%s] is required\n"
	keys, sources := "private_key_pem,private_key_openssh", "content,url"
	for _, test := range []struct {
		function  string
		arguments map[string]any
		want      string
	}{
		{"getPublicKey", map[string]any{}, "privateKeyOpenssh: " + fmt.Sprintf(one, "No attribute", keys)},
		{"getPublicKey", map[string]any{"privateKeyPem": "x", "privateKeyOpenssh": "y"}, "privateKeyPem: " + fmt.Sprintf(one, "2 attributes", keys)},
		{"getPublicKey", map[string]any{"privateKeyPem": "x"}, "Unable to parse private key: failed to decode PEM block: decoded bytes 0, undecoded 1"},
		{"getPublicKey", map[string]any{"privateKeyPem": []any{}}, `cannot encode config to call ReadDataSource for "tls_public_key": objectEncoder failed on property "private_key_pem": Expected a string`},
		{"getCertificate", map[string]any{}, "url: " + fmt.Sprintf(one, "No attribute", sources)},
		{"getCertificate", map[string]any{"content": "x"}, "content: Failed to decoded PEM: Value is not a valid PEM encoding of a certificate"},
		{"getCertificate", map[string]any{"content": newKey(t, "ECDSA")}, `Unexpected PEM preamble: Certificate PEM should be "CERTIFICATE", got "EC PRIVATE KEY"`},
		{"getCertificate", map[string]any{"content": "x", "verifyChain": true}, `verifyChain: Invalid Attribute Combination: Attribute "content" cannot be specified`},
		{"getCertificate", map[string]any{"url": "x"}, `url: Invalid URL: URL "x" contains no host`},
		{"getCertificate", map[string]any{"url": "http://x"}, `url: Invalid URL scheme: URL "http://x" expected to use scheme from ["https" "tls"], got: "http"`},
		{"getCertificate", map[string]any{"url": "tls://x"}, "URL malformed: Port missing from URL: tls://x"},
	} {
		if _, reasons := call(t, test.function, test.arguments); !strings.Contains(reasons, test.want) {
			t.Errorf("%s of %v: expected %q, got %q", test.function, test.arguments, test.want, reasons)
		}
	}
}

func TestGetCertificate(t *testing.T) {
	_, made := client(t, "SelfSignedCert").Create(map[string]any{
		"privateKeyPem": newKey(t, "ECDSA"), "subject": map[string]any{"commonName": "ca"}, "isCaCertificate": true,
		"validityPeriodHours": 24.0, "allowedUses": []any{"cert_signing"},
	})
	result, reasons := call(t, "getCertificate", map[string]any{"content": made["certPem"]})
	if reasons != "" {
		t.Fatal(reasons)
	}
	described, _ := result["certificates"].([]any)[0].(map[string]any)
	for name, want := range map[string]any{
		"serialNumber": made["id"], "isCa": true, "maxPathLength": -1.0, "version": 3.0, "issuer": "CN=ca", "subject": "CN=ca",
		"signatureAlgorithm": "ECDSA-SHA256", "publicKeyAlgorithm": "ECDSA", "certPem": made["certPem"],
	} {
		if described[name] != want {
			t.Errorf("expected %s %v, got %v", name, want, described[name])
		}
	}
	if result["verifyChain"] != true || result["content"] != made["certPem"] || len(result.Text("id")) != 40 {
		t.Errorf("expected the arguments with their defaults and an id, got %v", result)
	}

	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	want := fmt.Sprintf("%x", sha1.Sum(server.Certificate().Raw))
	for _, address := range []string{server.URL, strings.Replace(server.URL, "https", "tls", 1)} {
		result, reasons := call(t, "getCertificate", map[string]any{"url": address, "verifyChain": false})
		if reasons != "" || result["certificates"].([]any)[0].(map[string]any)["sha1Fingerprint"] != want {
			t.Errorf("%s: expected %s, got %v, %s", address, want, result, reasons)
		}
		if _, reasons := call(t, "getCertificate", map[string]any{"url": address}); !strings.Contains(reasons, "Failed to identify fetch peer certificates: ") {
			t.Errorf("%s: expected an unknown authority to be refused, got %q", address, reasons)
		}
	}
}

func TestGetPublicKey(t *testing.T) {
	_, state := client(t, "PrivateKey").Create(map[string]any{"algorithm": "ED25519"})
	for _, name := range []string{"privateKeyPem", "privateKeyOpenssh"} {
		result, err := getPublicKey(table.Values{name: state[name]})
		if err != nil || result["publicKeyOpenssh"] != state["publicKeyOpenssh"] || result["id"] != state["id"] {
			t.Errorf("%s: expected %v, got %v, %v", name, state["publicKeyOpenssh"], result["publicKeyOpenssh"], err)
		}
	}
	if _, _, _, _, err := ssh.ParseAuthorizedKey([]byte(state.Text("publicKeyOpenssh"))); err != nil {
		t.Error(err)
	}
}
