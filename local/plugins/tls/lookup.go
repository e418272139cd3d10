package tls

import (
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"edge-registry/local/plugins/table"
)

var certificateArguments = []table.Field{{Name: "content"}, {Name: "url"}, {Name: "verifyChain", Kind: table.Bool}}

var certificateResults = []table.Field{{Name: "certificates", Kind: table.Objects, Required: true, Fields: []table.Field{
	{Name: "certPem", Required: true}, {Name: "isCa", Kind: table.Bool, Required: true}, {Name: "issuer", Required: true},
	{Name: "maxPathLength", Kind: table.Int, Required: true}, {Name: "notAfter", Required: true}, {Name: "notBefore", Required: true},
	{Name: "publicKeyAlgorithm", Required: true}, {Name: "serialNumber", Required: true}, {Name: "sha1Fingerprint", Required: true},
	{Name: "signatureAlgorithm", Required: true}, {Name: "subject", Required: true}, {Name: "version", Kind: table.Int, Required: true},
}}}

// getCertificate describes a certificate given as text, or those a server shows, the root of their chain first.
func (p *plugin) getCertificate(arguments table.Values) (table.Values, error) {
	if err := checkLookup(arguments); err != nil {
		return nil, err
	}
	if _, given := arguments["verifyChain"]; !given {
		arguments["verifyChain"] = true
	}
	var found []*x509.Certificate
	var err error
	if content, given := arguments["content"].(string); given {
		found, err = readCertificate(content)
	} else {
		found, err = p.peerCertificates(arguments.Text("url"), arguments.Bool("verifyChain"))
	}
	if err != nil {
		return nil, err
	}
	certificates, texts := []any{}, []string{}
	for _, certificate := range slices.Backward(found) {
		described, text := describeCertificate(certificate)
		certificates, texts = append(certificates, described), append(texts, text)
	}
	arguments["certificates"], arguments["id"] = certificates, hash([]byte("["+strings.Join(texts, " ")+"]"))
	return arguments, nil
}

func checkLookup(arguments table.Values) error {
	address, given := arguments["url"].(string)
	if err := table.ExactlyOne(arguments, "content", "url"); err != nil {
		return err
	}
	if _, chosen := arguments["verifyChain"]; chosen && !given {
		return table.Refused{"verifyChain": `Invalid Attribute Combination: Attribute "content" cannot be specified when "verify_chain" is specified`}
	}
	if !given {
		return nil
	}
	target, err := url.Parse(address)
	switch {
	case err != nil:
		return table.Refused{"url": fmt.Sprintf("Invalid URL: Parsing URL %q failed: %v", address, err)}
	case target.Host == "":
		return table.Refused{"url": fmt.Sprintf("Invalid URL: URL %q contains no host", target)}
	case target.Scheme != "https" && target.Scheme != "tls":
		return table.Refused{"url": fmt.Sprintf(`Invalid URL scheme: URL %q expected to use scheme from ["https" "tls"], got: %q`, target, target.Scheme)}
	case target.Scheme == "tls" && target.Port() == "":
		return fmt.Errorf("URL malformed: Port missing from URL: %s", target)
	}
	return nil
}

func readCertificate(content string) ([]*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(content))
	if block == nil {
		return nil, table.Refused{"content": "Failed to decoded PEM: Value is not a valid PEM encoding of a certificate"}
	}
	if block.Type != "CERTIFICATE" {
		if !slices.Contains([]string{"PUBLIC KEY", "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "CERTIFICATE REQUEST"}, block.Type) {
			return nil, fmt.Errorf("Failed to identify PEM preamble: unsupported PEM preamble/type: %s", block.Type)
		}
		return nil, fmt.Errorf("Unexpected PEM preamble: Certificate PEM should be %q, got %q", "CERTIFICATE", block.Type)
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("Unable to parse certificate: %w", err)
	}
	return []*x509.Certificate{certificate}, nil
}

// describeCertificate also gives the text of which the published plugin makes the look-up's id.
func describeCertificate(c *x509.Certificate) (described map[string]any, text string) {
	sum := sha1.Sum(c.Raw)
	fields := []struct {
		name  string
		value any
	}{
		{"signatureAlgorithm", c.SignatureAlgorithm.String()},
		{"publicKeyAlgorithm", c.PublicKeyAlgorithm.String()},
		{"serialNumber", c.SerialNumber.String()},
		{"isCa", c.IsCA},
		{"maxPathLength", float64(c.MaxPathLen)},
		{"version", float64(c.Version)},
		{"issuer", c.Issuer.String()},
		{"subject", c.Subject.String()},
		{"notBefore", c.NotBefore.Format(time.RFC3339)},
		{"notAfter", c.NotAfter.Format(time.RFC3339)},
		{"sha1Fingerprint", hex.EncodeToString(sum[:])},
		{"certPem", encodePEM(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})},
	}
	described, texts := map[string]any{}, []string{}
	for _, field := range fields {
		described[field.name] = field.value
		verb := "%v"
		if _, isText := field.value.(string); isText {
			verb = "%q"
		}
		texts = append(texts, fmt.Sprintf(verb, field.value))
	}
	return described, "{" + strings.Join(texts, " ") + "}"
}
