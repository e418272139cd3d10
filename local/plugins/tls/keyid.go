package tls

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/asn1"
	"fmt"
)

// subjectKeyID is the SHA-1 of the key's bits (RFC 5280, 4.2.1.2), except that the published plugin wraps Ed25519 keys
// in an OCTET STRING first.
func subjectKeyID(public crypto.PublicKey) (id []byte, err error) {
	var bits []byte
	switch key := public.(type) {
	case *rsa.PublicKey:
		bits, err = asn1.Marshal(*key)
	case *ecdsa.PublicKey:
		bits, err = key.Bytes()
	case ed25519.PublicKey:
		bits, err = asn1.Marshal(key)
	default:
		err = fmt.Errorf("unsupported public key type %T", public)
	}
	if err != nil {
		return nil, fmt.Errorf("failed to marshal public key of type %T: %w", public, err)
	}
	sum := sha1.Sum(bits)
	return sum[:], nil
}
