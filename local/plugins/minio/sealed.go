package minio

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/secure-io/sio-go"
	"golang.org/x/crypto/argon2"
)

// What MinIO encrypts with a password starts with a salt, how it is encrypted, and a nonce.
const saltLength, nonceLength = 32, 8

const (
	argonAES byte = iota
	argonChaCha
	pbkdfAES
)

// deriving takes 64 MiB each time.
var deriving sync.Mutex

// seal encrypts a text as MinIO's interface wants it.
func seal(password string, text []byte) ([]byte, error) { return sealAs(argonAES, password, text) }

func sealAs(kind byte, password string, text []byte) ([]byte, error) {
	header := make([]byte, saltLength+1+nonceLength)
	_, _ = rand.Read(header)
	header[saltLength] = kind
	stream, nonce, err := open(password, header)
	if err != nil {
		return nil, err
	}
	sealed := bytes.NewBuffer(header)
	writer := stream.EncryptWriter(sealed, nonce, nil)
	if _, err := writer.Write(text); err != nil {
		return nil, err
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return sealed.Bytes(), nil
}

// unseal decrypts what MinIO answers.
func unseal(password string, sealed []byte) ([]byte, error) {
	if len(sealed) < saltLength+1+nonceLength {
		return nil, errors.New("unexpected header")
	}
	stream, nonce, err := open(password, sealed[:saltLength+1+nonceLength])
	if err != nil {
		return nil, err
	}
	return io.ReadAll(stream.DecryptReader(bytes.NewReader(sealed[saltLength+1+nonceLength:]), nonce, nil))
}

// open makes the cipher that a header tells of.
func open(password string, header []byte) (stream *sio.Stream, nonce []byte, err error) {
	salt, kind := header[:saltLength], header[saltLength]
	key, algorithm := []byte(nil), sio.AES_256_GCM
	switch kind {
	case argonAES:
		key = argonKey(password, salt)
	case argonChaCha:
		key, algorithm = argonKey(password, salt), sio.ChaCha20Poly1305
	case pbkdfAES:
		key, err = pbkdf2.Key(sha256.New, password, salt, 8192, 32)
	default:
		err = fmt.Errorf("invalid encryption algorithm ID %d", kind)
	}
	if err != nil {
		return nil, nil, err
	}
	stream, err = algorithm.Stream(key)
	return stream, header[saltLength+1:], err
}

func argonKey(password string, salt []byte) []byte {
	deriving.Lock()
	defer deriving.Unlock()
	return argon2.IDKey([]byte(password), salt, 1, 64<<10, 4, 32)
}
