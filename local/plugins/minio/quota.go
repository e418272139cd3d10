package minio

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/signer"
)

// quotaSetter speaks the one call of MinIO's admin interface that a bucket needs. S3 itself has no quotas.
type quotaSetter struct {
	client         *http.Client
	endpoint       *url.URL
	user, password string
}

func (q quotaSetter) set(ctx context.Context, bucket string, quota int64) error {
	if quota <= 0 {
		return fatal("invalid quota", strconv.FormatInt(quota, 10), errors.New("quota must be larger than 0"))
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
		return fatal("unable to set bucket quota", bucket, answerOf(response))
	}
	return nil
}

// answerOf reads MinIO's JSON or another S3 server's XML.
func answerOf(response *http.Response) error {
	answer := minio.ErrorResponse{Message: response.Status}
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err == nil && json.Unmarshal(text, &answer) != nil {
		_ = xml.Unmarshal(text, &answer) // the status says enough
	}
	return answer
}
