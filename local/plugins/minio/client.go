package minio

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

// settings are the provider's arguments and the environment variables that stand in for them.
var settings = map[string]string{
	"minioAccessKey":    "MINIO_ACCESS_KEY",
	"minioApiVersion":   "",
	"minioCacertFile":   "MINIO_CACERT_FILE",
	"minioCertFile":     "MINIO_CERT_FILE",
	"minioInsecure":     "MINIO_INSECURE",
	"minioKeyFile":      "MINIO_KEY_FILE",
	"minioPassword":     "MINIO_PASSWORD",
	"minioRegion":       "",
	"minioSecretKey":    "MINIO_SECRET_KEY",
	"minioServer":       "MINIO_ENDPOINT",
	"minioSessionToken": "MINIO_SESSION_TOKEN",
	"minioSsl":          "MINIO_ENABLE_HTTPS",
	"minioUser":         "MINIO_USER",
}

// CheckConfig refuses unknown and contradicting settings.
func (p *plugin) CheckConfig(ctx context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	response, err := p.Plugin.CheckConfig(ctx, request)
	if err != nil {
		return nil, err
	}
	given := rpc.Decode(request.GetNews())
	refuse := func(key, reason string) {
		response.Failures = append(response.Failures, p.Refusal(request.GetUrn(), key, reason))
	}
	for _, key := range []string{"minioSsl", "minioInsecure"} {
		if text, isText := given[key].(string); isText {
			if _, err := strconv.ParseBool(text); err != nil {
				refuse(key, fmt.Sprintf("expected true or false, got %q", text))
			}
		}
	}
	for _, keys := range [][2]string{{"minioAccessKey", "minioUser"}, {"minioSecretKey", "minioPassword"}} {
		if given[keys[0]] != nil {
			p.Engine.Log(ctx, pulumirpc.LogSeverity_WARNING, "", fmt.Sprintf(
				"provider config warning: property %q is deprecated: use %s instead", keys[0], keys[1]))
		}
	}
	if given["minioUser"] != nil && given["minioAccessKey"] != nil {
		refuse("minioUser", `Conflicting configuration arguments. "minio_user": conflicts with minio_access_key`)
	}
	if given["minioPassword"] != nil && given["minioSecretKey"] != nil {
		refuse("minioPassword", `Conflicting configuration arguments. "minio_password": conflicts with minio_secret_key`)
	}
	if given["minioServer"] == nil && os.Getenv("MINIO_ENDPOINT") == "" {
		reason := "Missing required property 'minioServer': Minio Host and Port"
		if table.IsDefault(request.GetUrn()) {
			reason = "Provider is missing a required configuration key, try `pulumi config set minio:minioServer`: Minio Host and Port"
		}
		response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Reason: reason})
	}
	return response, nil
}

// Configure makes the clients. Nothing is sent yet: a store that is made by the same program need not be there.
func (p *plugin) Configure(_ context.Context, request *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	given := rpc.Decode(request.GetArgs())
	client, admin, err := newClients(func(name, otherwise string) string {
		if value := given[name]; value != nil {
			return fmt.Sprint(value)
		}
		if value := os.Getenv(settings[name]); value != "" {
			return value
		}
		return otherwise
	})
	if err != nil {
		return nil, fmt.Errorf("1 error occurred:\n\t* %w\n\n", fatal("client creation failed", "client", err))
	}
	p.region = "us-east-1"
	if region, given := given["minioRegion"].(string); given {
		p.region = region
	}
	p.admin = admin
	p.Store(client)
	return &pulumirpc.ConfigureResponse{SupportsPreview: true, SupportsAutonamingConfiguration: true}, nil
}

func newClients(setting func(name, otherwise string) string) (*minio.Client, *admin, error) {
	user := setting("minioUser", setting("minioAccessKey", ""))
	password := setting("minioPassword", setting("minioSecretKey", ""))
	sign, known := map[string]func(id, secret, token string) *credentials.Credentials{
		"v2": credentials.NewStaticV2, "v4": credentials.NewStaticV4,
	}[setting("minioApiVersion", "v4")]
	if !known {
		return nil, nil, fmt.Errorf("unknown S3 API signature: %s, must be v2 or v4", setting("minioApiVersion", ""))
	}
	secure, _ := strconv.ParseBool(setting("minioSsl", "false"))
	transport, err := minio.DefaultTransport(secure)
	if err == nil && secure {
		transport.TLSClientConfig, err = tlsConfig(setting)
	}
	if err != nil {
		return nil, nil, err
	}
	token := setting("minioSessionToken", "")
	client, err := minio.New(setting("minioServer", ""), &minio.Options{
		Creds: sign(user, password, token), Secure: secure, Transport: transport,
	})
	if err != nil {
		return nil, nil, err
	}
	return client, &admin{client.EndpointURL(), &http.Client{Transport: transport}, user, password, token}, nil
}

func tlsConfig(setting func(name, otherwise string) string) (*tls.Config, error) {
	insecure, _ := strconv.ParseBool(setting("minioInsecure", "false"))
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: insecure} //nolint:gosec // asked for
	if authority := setting("minioCacertFile", ""); authority != "" {
		text, err := os.ReadFile(authority)
		if err != nil {
			return nil, err
		}
		if config.RootCAs, err = x509.SystemCertPool(); err != nil {
			config.RootCAs = x509.NewCertPool()
		}
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, errors.New("minio CA Cert is not a valid x509 certificate")
		}
	}
	certificate, key := setting("minioCertFile", ""), setting("minioKeyFile", "")
	if certificate != "" && key != "" {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}
