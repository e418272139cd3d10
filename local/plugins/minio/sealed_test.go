package minio

import (
	"encoding/hex"
	"strings"
	"testing"
)

func TestWhatIsSealedIsReadWithThePasswordAlone(t *testing.T) {
	for _, text := range []string{"", "short", strings.Repeat("long ", 10_000)} {
		sealed, err := seal("password", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := unseal("password", sealed); err != nil || string(got) != text {
			t.Errorf("expected %d characters, got %d, %v", len(text), len(got), err)
		}
		if _, err := unseal("other", sealed); err == nil {
			t.Error("expected another password to fail")
		}
		sealed[len(sealed)-1]++
		if _, err := unseal("password", sealed); err == nil {
			t.Error("expected a changed text to fail")
		}
	}
	for _, bad := range [][]byte{nil, make([]byte, 40), append(make([]byte, 32), 9, 0, 0, 0, 0, 0, 0, 0, 0)} {
		if _, err := unseal("password", bad); err == nil {
			t.Errorf("expected %x to be refused", bad)
		}
	}
}

// What MinIO's own client reads as "hello" with "password", in each way it knows.
func TestWhatMinIOSealsIsRead(t *testing.T) {
	for _, sealed := range []string{
		"7e5a654a637b78be386adb32ffa3467997aad697134604b7069e5edf6e5de830001707b2bec9440cb8aa619e5d2d2771856df8594f3c25f20d80d77fc785",
		"b67aa77d5855926681f958bde42879318c3e7f48c8fc56de3541c5464c36a6d90111d09714922db82f49be49ffa9373f855aca3e0a7d0512f56499019995",
		"f124aff55af3434aae496b2062759b3767d00fb6399f51e904bd7a07f539688e025e88d5bd82cbe8d9ebddad6daafea8c55dad9f1dc7ba2512232fb6770b",
	} {
		bytes, err := hex.DecodeString(sealed)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := unseal("password", bytes); err != nil || string(got) != "hello" {
			t.Errorf("expected hello, got %q, %v", got, err)
		}
	}
}
