package tls

import (
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"edge-registry/local/plugins/table"
)

// getCertificate reads a certificate, or the chain a server shows, root first.
func getCertificate() *table.Function {
	return &table.Function{
		Fields: []table.Field{{Name: "content"}, {Name: "url"}, {Name: "verifyChain", Kind: table.Bool}},
		Check:  checkSource,
		Call: func(result table.Values) (table.Values, error) {
			if _, given := result["verifyChain"]; !given {
				result["verifyChain"] = true
			}
			read := func() ([]*x509.Certificate, error) { return fetchChain(result.Text("url"), result.Bool("verifyChain")) }
			if text, given := result["content"].(string); given {
				read = func() ([]*x509.Certificate, error) { return readContent(text) }
			}
			chain, err := read()
			if err != nil {
				return nil, err
			}
			slices.Reverse(chain)
			certificates, texts := []any{}, []string{}
			for _, certificate := range chain {
				description, text := describe(certificate)
				certificates, texts = append(certificates, description), append(texts, text)
			}
			result["certificates"], result["id"] = certificates, hash([]byte("["+strings.Join(texts, " ")+"]"))
			return result, nil
		},
	}
}

func checkSource(arguments table.Values) map[string]string {
	if failures := table.ExactlyOne(arguments, table.Field{Name: "content"}, table.Field{Name: "url"}); failures != nil {
		return failures
	}
	if content, given := arguments["content"].(string); given {
		if _, verify := arguments["verifyChain"]; verify {
			return map[string]string{"verifyChain": `Invalid Attribute Combination: Attribute "content" cannot be specified when "verify_chain" is specified`}
		}
		if block, _ := pem.Decode([]byte(content)); block == nil {
			return map[string]string{"content": "Failed to decoded PEM: Value is not a valid PEM encoding of a certificate"}
		}
		return nil
	}
	address, err := url.Parse(arguments.Text("url"))
	switch {
	case err != nil:
		return map[string]string{"url": fmt.Sprintf("Invalid URL: Parsing URL %q failed: %v", arguments.Text("url"), err)}
	case address.Host == "":
		return map[string]string{"url": fmt.Sprintf("Invalid URL: URL %q contains no host", address)}
	case address.Scheme != "https" && address.Scheme != "tls":
		return map[string]string{"url": fmt.Sprintf(`Invalid URL scheme: URL %q expected to use scheme from ["https" "tls"], got: %q`, address, address.Scheme)}
	}
	return nil
}

func readContent(text string) ([]*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(text))
	if block.Type != "CERTIFICATE" {
		return nil, fmt.Errorf("Unexpected PEM preamble: Certificate PEM should be \"CERTIFICATE\", got %q", block.Type)
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("Unable to parse certificate: %w", err)
	}
	return []*x509.Certificate{certificate}, nil
}

// fetchChain shakes hands and nothing more: no HTTP is spoken, and no proxy asked.
func fetchChain(text string, verify bool) ([]*x509.Certificate, error) {
	address, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("Failed to parse URL: %w", err)
	}
	if address.Port() == "" {
		if address.Scheme != "https" {
			return nil, fmt.Errorf("URL malformed: Port missing from URL: %s", address)
		}
		address.Host += ":443"
	}
	connection, err := tls.Dial("tcp", address.Host, &tls.Config{InsecureSkipVerify: !verify}) //nolint:gosec // asked for
	if err != nil {
		return nil, fmt.Errorf("Failed to identify fetch peer certificates: unable to execute TLS connection towards %s: %w", address.Host, err)
	}
	defer connection.Close()
	return connection.ConnectionState().PeerCertificates, nil
}

// describe also gives the text that the published plugin makes its id from.
func describe(certificate *x509.Certificate) (map[string]any, string) {
	description := map[string]any{
		"signatureAlgorithm": certificate.SignatureAlgorithm.String(),
		"publicKeyAlgorithm": certificate.PublicKeyAlgorithm.String(),
		"serialNumber":       certificate.SerialNumber.String(),
		"isCa":               certificate.IsCA,
		"maxPathLength":      float64(certificate.MaxPathLen),
		"version":            float64(certificate.Version),
		"issuer":             certificate.Issuer.String(),
		"subject":            certificate.Subject.String(),
		"notBefore":          certificate.NotBefore.Format(time.RFC3339),
		"notAfter":           certificate.NotAfter.Format(time.RFC3339),
		"sha1Fingerprint":    fmt.Sprintf("%x", sha1.Sum(certificate.Raw)),
		"certPem":            encodePEM(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}),
	}
	var texts []string
	for _, name := range []string{"signatureAlgorithm", "publicKeyAlgorithm", "serialNumber", "isCa", "maxPathLength", "version",
		"issuer", "subject", "notBefore", "notAfter", "sha1Fingerprint", "certPem"} {
		texts = append(texts, fmt.Sprintf("%#v", description[name]))
	}
	return description, "{" + strings.Join(texts, " ") + "}"
}
