package minio

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/minio/minio-go/v7/pkg/signer"
)

// quotaSetter speaks the one call of MinIO's admin interface that a bucket needs. S3 itself has no quotas.
type quotaSetter struct {
	client         *http.Client
	endpoint       *url.URL
	user, password string
}

func (q quotaSetter) set(ctx context.Context, bucket, text string) error {
	quota, err := strconv.ParseUint(text, 10, 64)
	if err != nil || quota == 0 {
		return fatal("invalid quota", text, errors.New("quota must be larger than 0"))
	}
	body, err := json.Marshal(map[string]any{"quota": quota, "quotatype": "hard"})
	if err != nil {
		return err
	}
	address := *q.endpoint
	address.Path, address.RawQuery = "/minio/admin/v3/set-bucket-quota", url.Values{"bucket": {bucket}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, address.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	request.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	response, err := q.client.Do(signer.SignV4(*request, q.user, q.password, "", ""))
	if err != nil {
		return fatal("unable to set bucket quota", bucket, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		answer, _ := io.ReadAll(io.LimitReader(response.Body, 1000))
		return fatal("unable to set bucket quota", bucket, fmt.Errorf("%s %s", response.Status, answer))
	}
	return nil
}
