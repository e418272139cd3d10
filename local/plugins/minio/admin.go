package minio

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"syscall"
	"time"

	"github.com/minio/minio-go/v7/pkg/s3utils"
	"github.com/minio/minio-go/v7/pkg/signer"
)

// admin talks to MinIO's own interfaces, for what S3 lacks: users, groups and policies, and keys.
type admin struct {
	endpoint              *url.URL
	http                  *http.Client
	user, password, token string
}

// tries of a call, a second apart at most, while the server cannot be talked to.
const tries = 10

var busy = []int{http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable}

// Where the interfaces are.
const (
	adminPath = "minio/admin/v3/"
	keysPath  = "minio/kms/v1/key/"
)

// call asks the server for an action and gives what it answers.
func (a *admin) call(ctx context.Context, method, action string, query url.Values, body []byte) ([]byte, error) {
	return a.send(ctx, method, adminPath+action, query, body)
}

func (a *admin) send(ctx context.Context, method, path string, query url.Values, body []byte) ([]byte, error) {
	for try := 1; ; try++ {
		answer, again, err := a.try(ctx, method, path, query, body)
		if !again || try == tries {
			return answer, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(min(100*time.Millisecond<<try, time.Second)):
		}
	}
}

func (a *admin) try(ctx context.Context, method, path string, query url.Values, body []byte) (answer []byte, again bool, err error) {
	request, err := a.request(ctx, method, path, query, body)
	if err != nil {
		return nil, false, err
	}
	response, err := a.http.Do(request)
	if err != nil {
		return nil, ctx.Err() == nil && !errors.Is(err, syscall.ECONNREFUSED), err
	}
	defer func() { _ = response.Body.Close() }()
	if answer, err = io.ReadAll(response.Body); err != nil {
		return nil, false, err
	}
	if response.StatusCode/100 != 2 {
		return nil, slices.Contains(busy, response.StatusCode), refused(response.Status, answer)
	}
	return answer, false, nil
}

// request signs as for S3, but for no region.
func (a *admin) request(ctx context.Context, method, path string, query url.Values, body []byte) (*http.Request, error) {
	target := a.endpoint.JoinPath(path)
	target.RawQuery = s3utils.QueryEncode(query)
	request, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	request.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	return signer.SignV4(*request, a.user, a.password, a.token, ""), nil
}

// callSealed is a call whose body and answer, where there are any, are encrypted with the password.
func (a *admin) callSealed(ctx context.Context, method, action string, query url.Values, body any) ([]byte, error) {
	var sealed []byte
	if body != nil {
		text, err := json.Marshal(body)
		if err == nil {
			sealed, err = seal(a.password, text)
		}
		if err != nil {
			return nil, err
		}
	}
	answer, err := a.call(ctx, method, action, query, sealed)
	if err != nil || len(answer) == 0 {
		return nil, err
	}
	return unseal(a.password, answer)
}

// refusal is what the server says is wrong.
type refusal struct{ Code, Message string }

func (r refusal) Error() string { return r.Message }

// Codes that tell what the server does not have.
const (
	keepsNoKeys  = "NotImplemented"
	noSuchUser   = "XMinioAdminNoSuchUser"
	noSuchGroup  = "XMinioAdminNoSuchGroup"
	noSuchPolicy = "XMinioAdminNoSuchPolicy"
)

func isRefusal(err error, code string) bool {
	var told refusal
	return errors.As(err, &told) && told.Code == code
}

// refused reads a refusal in JSON, or in XML as other S3 servers give it.
func refused(status string, answer []byte) error {
	var told refusal
	err := json.Unmarshal(answer, &told)
	if err != nil && xml.Unmarshal(answer, &told) != nil {
		return refusal{status, fmt.Sprintf("Failed to parse server response (%v): %.1024s", err, answer)}
	}
	return told
}
