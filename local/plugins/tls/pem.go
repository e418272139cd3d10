package tls

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"

	"golang.org/x/crypto/ssh"
)

func encodePEM(block *pem.Block) string { return string(pem.EncodeToMemory(block)) }

// decodePEM takes exactly one kind of block.
func decodePEM(text, kind string) ([]byte, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, fmt.Errorf("failed to decode PEM of expected type %q from bytes", kind)
	}
	if block.Type != kind {
		return nil, fmt.Errorf("invalid PEM type - expected %q, got %q", kind, block.Type)
	}
	return block.Bytes, nil
}

// hash is the id of what has no number of its own. The published plugin trims what it takes for text, DER or not.
func hash(der []byte) string {
	sum := sha1.Sum(bytes.TrimSpace(der))
	return hex.EncodeToString(sum[:])
}

func parseKey(text string) (key crypto.Signer, algorithm string, err error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil {
		return nil, "", fmt.Errorf("failed to decode PEM block: decoded bytes %d, undecoded %d", len(text)-len(rest), len(rest))
	}
	var parsed any
	switch block.Type {
	case "RSA PRIVATE KEY":
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		parsed, err = x509.ParseECPrivateKey(block.Bytes)
	case "PRIVATE KEY":
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "PUBLIC KEY", "CERTIFICATE", "CERTIFICATE REQUEST":
		return nil, "", fmt.Errorf("unable to determine parser for PEM preamble: %s", block.Type)
	default:
		return nil, "", fmt.Errorf("unsupported PEM preamble/type: %s", block.Type)
	}
	if err != nil {
		return nil, "", fmt.Errorf("failed to parse private key given PEM preamble '%s': %w", block.Type, err)
	}
	return identify(parsed)
}

func parseOpenSSHKey(text string) (crypto.Signer, string, error) {
	parsed, err := ssh.ParseRawPrivateKey([]byte(text))
	if err != nil {
		return nil, "", fmt.Errorf("failed to parse openssh private key: %w", err)
	}
	return identify(parsed)
}

func identify(parsed any) (crypto.Signer, string, error) {
	switch key := parsed.(type) {
	case *rsa.PrivateKey:
		return key, "RSA", nil
	case *ecdsa.PrivateKey:
		return key, "ECDSA", nil
	case ed25519.PrivateKey:
		return key, "ED25519", nil
	case *ed25519.PrivateKey:
		return key, "ED25519", nil
	}
	return nil, "", fmt.Errorf("failed to determine key algorithm for private key of type %T: unsupported private key type: %T", parsed, parsed)
}

func parseCertificate(text string) (*x509.Certificate, error) {
	der, err := decodePEM(text, "CERTIFICATE")
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("failed to parse certificate: %w", err)
	}
	return certificate, nil
}

func parseRequest(text string) (*x509.CertificateRequest, error) {
	der, err := decodePEM(text, "CERTIFICATE REQUEST")
	if err != nil {
		return nil, err
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, fmt.Errorf("failed to parse certificate request: %w", err)
	}
	return request, nil
}
