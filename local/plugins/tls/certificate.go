package tls

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"time"

	"edge-registry/local/plugins/table"
)

func selfSignedCert() *table.Resource {
	fields := append(nameFields(keyDoc+" "), certificateFields()...) // the published text ends in a space here
	resource := certificate(append(fields, flag("setAuthorityKeyId")), func(_ context.Context, state table.Values) error {
		key, algorithm, err := parseKey(state.Text("privateKeyPem"))
		if err != nil {
			return fmt.Errorf("Failed to parse private key PEM: %w", err)
		}
		state["keyAlgorithm"] = algorithm
		template := &x509.Certificate{Subject: subjectOf(state), DNSNames: state.Strings("dnsNames")}
		if template.IPAddresses, template.URIs, err = addressesOf(state); err != nil {
			return err
		}
		return sign(state, template, template, key.Public(), key)
	})
	resource.Upgrade = upgradeSelfSigned
	return resource
}

func locallySignedCert() *table.Resource {
	fields := append(certificateFields(), output("caKeyAlgorithm"),
		table.Field{Name: "caCertPem", Required: true, Replace: ifPEM, Doc: "Certificate data of the Certificate Authority (CA) in [PEM (RFC 1421)](https://datatracker.ietf.org/doc/html/rfc1421) format."},
		table.Field{Name: "caPrivateKeyPem", Required: true, Secret: true, Replace: ifPEM, Doc: "Private key of the Certificate Authority (CA) used to sign the certificate, in [PEM (RFC 1421)](https://datatracker.ietf.org/doc/html/rfc1421) format."},
		table.Field{Name: "certRequestPem", Required: true, Replace: ifPEM, Doc: "Certificate request data in [PEM (RFC 1421)](https://datatracker.ietf.org/doc/html/rfc1421) format."},
	)
	return certificate(fields, func(ctx context.Context, state table.Values) error {
		request, err := parseRequest(state.Text("certRequestPem"))
		if err != nil {
			return fmt.Errorf("Failed to parse certificate request PEM: %w", err)
		}
		key, algorithm, err := parseKey(state.Text("caPrivateKeyPem"))
		if err != nil {
			return fmt.Errorf("Failed to parse CA private key PEM: %w", err)
		}
		state["caKeyAlgorithm"] = algorithm
		authority, err := parseCertificate(state.Text("caCertPem"))
		if err != nil {
			return fmt.Errorf("Failed to parse CA certificate PEM: %w", err)
		}
		if !authority.IsCA {
			table.Warn(ctx, "Certificate provided as Authority does not appear to be a valid Certificate Authority. "+
				"The resulting certificate might fail certificate validation.: Potentially Invalid Certificate Authority")
		}
		template := &x509.Certificate{
			Subject: request.Subject, DNSNames: request.DNSNames, IPAddresses: request.IPAddresses, URIs: request.URIs,
		}
		return sign(state, template, authority, request.PublicKey, key)
	})
}

func certificate(fields []table.Field, create func(context.Context, table.Values) error) *table.Resource {
	return &table.Resource{Fields: fields, Create: create, Plan: planRenewal, Read: noteRenewal}
}

func certificateFields() []table.Field {
	uses := append(slices.Collect(maps.Keys(keyUsages)), slices.Collect(maps.Keys(extendedKeyUsages))...)
	slices.Sort(uses)
	return []table.Field{
		{Name: "allowedUses", Kind: table.List, Required: true, Replace: table.Always, Valid: []table.Rule{table.OneOf(uses...)},
			Doc: "List of key usages allowed for the issued certificate. Values are defined in [RFC 5280](https://datatracker.ietf.org/doc/html/rfc5280) " +
				"and combine flags defined by both [Key Usages](https://datatracker.ietf.org/doc/html/rfc5280#section-4.2.1.3) " +
				"and [Extended Key Usages](https://datatracker.ietf.org/doc/html/rfc5280#section-4.2.1.12). " +
				"Accepted values: `" + strings.Join(uses, "`, `") + "`."},
		{Name: "validityPeriodHours", Kind: table.Int, Required: true, Replace: table.Always, Valid: []table.Rule{table.AtLeast(0)},
			Doc: "Number of hours, after initial issuing, that the certificate will remain valid for."},
		{Name: "earlyRenewalHours", Kind: table.Int, Computed: true, Default: 0.0, Valid: []table.Rule{table.AtLeast(0)}},
		{Name: "maxPathLength", Kind: table.Int, Computed: true, Stable: true, Replace: table.Always, Valid: []table.Rule{table.AtLeast(-1)}},
		flag("isCaCertificate"), flag("setSubjectKeyId"),
		{Name: "readyForRenewal", Kind: table.Bool, Output: true, Default: false},
		output("certPem"), output("validityStartTime"), output("validityEndTime"), output("id"),
	}
}

func flag(name string) table.Field {
	return table.Field{Name: name, Kind: table.Bool, Computed: true, Default: false, Replace: table.Always}
}

// sign completes the template from the state, and the state from the certificate.
func sign(state table.Values, template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) (err error) {
	template.BasicConstraintsValid = true
	template.NotBefore = time.Now()
	template.NotAfter = template.NotBefore.Add(time.Duration(state.Int("validityPeriodHours")) * time.Hour)
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 128)); err != nil {
		return fmt.Errorf("Failed to generate serial number: %w", err)
	}
	for _, use := range state.Strings("allowedUses") {
		template.KeyUsage |= keyUsages[use]
		if extended, known := extendedKeyUsages[use]; known {
			template.ExtKeyUsage = append(template.ExtKeyUsage, extended)
		}
	}
	if template.IsCA = state.Bool("isCaCertificate"); template.IsCA && reflect.DeepEqual(template.Subject, pkix.Name{}) {
		return errors.New("Invalid Certificate Subject: Must contain at least one Distinguished Name when creating Certificate Authority (CA)")
	}
	// Like the published plugin, 0 does not say pathlen:0: that would take MaxPathLenZero.
	template.MaxPathLen = int(max(state.Int("maxPathLength"), 0))
	if template.IsCA || state.Bool("setSubjectKeyId") {
		if template.SubjectKeyId, err = subjectKeyID(public); err != nil {
			return fmt.Errorf("Failed to generate subject key identifier: %w", err)
		}
	}
	if state.Bool("setAuthorityKeyId") {
		if len(parent.SubjectKeyId) == 0 {
			return errors.New("Invalid Certificate Authority: Could not determine Authority Key Identifier")
		}
		template.AuthorityKeyId = parent.SubjectKeyId
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		return fmt.Errorf("Failed to create certificate: %w", err)
	}
	if table.Unknown(state["maxPathLength"]) {
		delete(state, "maxPathLength")
	}
	state["id"], state["certPem"] = template.SerialNumber.String(), encodePEM(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	state["validityStartTime"] = template.NotBefore.Format(time.RFC3339Nano)
	state["validityEndTime"] = template.NotAfter.Format(time.RFC3339Nano)
	return nil
}
