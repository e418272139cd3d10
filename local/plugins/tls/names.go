package tls

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"net"
	"net/url"
	"regexp"

	"edge-registry/local/plugins/table"
)

// nameFields are whom a certificate or a request is for, and by which key.
func nameFields(keyDoc string) []table.Field {
	subject := []table.Field{{Name: "streetAddresses", Wire: "street_address", Kind: table.List}}
	for _, name := range []string{"commonName", "country", "emailAddress", "locality", "organization", "organizationalUnit", "postalCode", "province", "serialNumber"} {
		subject = append(subject, table.Field{Name: name})
	}
	return []table.Field{
		{Name: "privateKeyPem", Required: true, Secret: true, Replace: ifPEM, Doc: keyDoc},
		{Name: "subject", Kind: table.Object, Fields: subject, Replace: table.Always},
		{Name: "dnsNames", Kind: table.List, Replace: table.Always},
		{Name: "ipAddresses", Kind: table.List, Replace: table.Always, Valid: []table.Rule{table.NotEmpty}},
		{Name: "uris", Kind: table.List, Replace: table.Always, Valid: []table.Rule{table.NotEmpty}},
		output("keyAlgorithm"),
	}
}

const keyDoc = "Private key in [PEM (RFC 1421)](https://datatracker.ietf.org/doc/html/rfc1421) format, that the certificate will belong to. " +
	"This can be read from a separate file using the [`file`](https://www.terraform.io/language/functions/file) interpolation function."

var pemText = regexp.MustCompile(`^-----BEGIN [[:alpha:] ]+-----\n(.|\s)+\n-----END [[:alpha:] ]+-----\n?$`)

// ifPEM replaces unless the old value is a hash, which is what the plugin's first versions recorded.
func ifPEM(old, _ any) bool {
	text, _ := old.(string)
	return pemText.MatchString(text)
}

func subjectOf(state table.Values) (name pkix.Name) {
	subject := state.Object("subject")
	name.CommonName, name.SerialNumber = subject.Text("commonName"), subject.Text("serialNumber")
	for field, values := range map[string]*[]string{
		"country": &name.Country, "locality": &name.Locality, "organization": &name.Organization,
		"organizationalUnit": &name.OrganizationalUnit, "postalCode": &name.PostalCode, "province": &name.Province,
	} {
		if value, given := subject[field].(string); given {
			*values = []string{value}
		}
	}
	if _, given := subject["streetAddresses"]; given {
		name.StreetAddress = subject.Strings("streetAddresses")
	}
	if address, given := subject["emailAddress"].(string); given {
		name.ExtraNames = []pkix.AttributeTypeAndValue{{
			Type:  asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1},
			Value: asn1.RawValue{Tag: asn1.TagIA5String, Bytes: []byte(address)},
		}}
	}
	return name
}

func addressesOf(state table.Values) (ips []net.IP, uris []*url.URL, err error) {
	for _, text := range state.Strings("ipAddresses") {
		ip := net.ParseIP(text)
		if ip == nil {
			return nil, nil, fmt.Errorf("Invalid IP address: Failed to parse %#v", text)
		}
		ips = append(ips, ip)
	}
	for _, text := range state.Strings("uris") {
		uri, err := url.Parse(text)
		if err != nil {
			return nil, nil, fmt.Errorf("Invalid URI: Failed to parse %#v: %w", text, err)
		}
		uris = append(uris, uri)
	}
	return ips, uris, nil
}
