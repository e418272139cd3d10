package tls

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"edge-registry/local/plugins/table"
)

func certRequest() *table.Resource {
	return &table.Resource{
		Fields: append(nameFields(keyDoc), output("certRequestPem"), output("id")),
		Create: func(_ context.Context, state table.Values) error {
			key, algorithm, err := parseKey(state.Text("privateKeyPem"))
			if err != nil {
				return fmt.Errorf("Failed to parse private key PEM: %w", err)
			}
			request := x509.CertificateRequest{Subject: subjectOf(state), DNSNames: state.Strings("dnsNames")}
			if request.IPAddresses, request.URIs, err = addressesOf(state); err != nil {
				return err
			}
			der, err := x509.CreateCertificateRequest(rand.Reader, &request, key)
			if err != nil {
				return fmt.Errorf("Error creating certificate request: %w", err)
			}
			state["keyAlgorithm"], state["id"] = algorithm, hash(der)
			state["certRequestPem"] = encodePEM(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
			return nil
		},
	}
}
