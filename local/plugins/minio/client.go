package minio

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
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
func (p *plugin) CheckConfig(_ context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	given := rpc.Decode(request.GetNews())
	_, name, err := table.ParseURN(request.GetUrn())
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.CheckResponse{Inputs: request.GetNews()}
	report := func(property, reason string) {
		reason = fmt.Sprintf("could not validate provider configuration: %s. Examine values at '%s.%s'.", reason, name, property)
		response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Reason: reason})
	}
	for property, value := range given {
		if _, known := settings[property]; !known && !slices.Contains([]string{"version", "pluginDownloadURL"}, property) {
			report(property, "Invalid or unknown key")
		}
		if text, isText := value.(string); isText && (property == "minioSsl" || property == "minioInsecure") {
			if _, err := strconv.ParseBool(text); err != nil {
				report(property, fmt.Sprintf("expected true or false, got %q", text))
			}
		}
	}
	if _, unset := given["minioServer"]; !unset && os.Getenv("MINIO_ENDPOINT") == "" {
		response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Reason: "Missing required property 'minioServer': Minio Host and Port"})
	}
	for _, pair := range [][3]string{{"minioUser", "minioAccessKey", `"minio_user": conflicts with minio_access_key`}, {"minioPassword", "minioSecretKey", `"minio_password": conflicts with minio_secret_key`}} {
		if given[pair[0]] != nil && given[pair[1]] != nil {
			report(pair[0], "Conflicting configuration arguments. "+pair[2])
		}
	}
	return response, nil
}

// Configure makes the client. Nothing is sent yet: a store that is made by the same program need not be there.
func (p *plugin) Configure(ctx context.Context, request *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	store, err := newStore(rpc.Decode(request.GetArgs()))
	if err != nil {
		return nil, occurred(fmt.Errorf("[FATAL] client creation failed (client): %w", err))
	}
	p.store.Store(store)
	return &pulumirpc.ConfigureResponse{SupportsPreview: true, SupportsAutonamingConfiguration: true}, nil
}

func newStore(given table.Values) (*store, error) {
	setting := func(name, otherwise string) string {
		if value, present := given[name]; present && value != nil {
			return fmt.Sprint(value)
		}
		if value := os.Getenv(settings[name]); settings[name] != "" && value != "" {
			return value
		}
		return otherwise
	}
	user := setting("minioUser", setting("minioAccessKey", ""))
	password := setting("minioPassword", setting("minioSecretKey", ""))
	var signed *credentials.Credentials
	switch version := setting("minioApiVersion", "v4"); version {
	case "v2":
		signed = credentials.NewStaticV2(user, password, setting("minioSessionToken", ""))
	case "v4":
		signed = credentials.NewStaticV4(user, password, setting("minioSessionToken", ""))
	default:
		return nil, fmt.Errorf("unknown S3 API signature: %s, must be v2 or v4", version)
	}
	secure, _ := strconv.ParseBool(setting("minioSsl", "false"))
	insecure, _ := strconv.ParseBool(setting("minioInsecure", "false"))
	transport, err := newTransport(secure, insecure, setting("minioCacertFile", ""), setting("minioCertFile", ""), setting("minioKeyFile", ""))
	if err != nil {
		return nil, err
	}
	client, err := minio.New(setting("minioServer", ""), &minio.Options{Creds: signed, Secure: secure, Transport: transport})
	if err != nil {
		return nil, err
	}
	quotas := quotaSetter{client: &http.Client{Transport: transport}, endpoint: client.EndpointURL(), user: user, password: password}
	return &store{Client: client, region: setting("minioRegion", "us-east-1"), quotas: quotas}, nil
}

func newTransport(secure, insecure bool, authority, certificate, key string) (*http.Transport, error) {
	transport, err := minio.DefaultTransport(secure)
	if err != nil || !secure {
		return transport, err
	}
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: insecure} //nolint:gosec // asked for
	if authority != "" {
		text, err := os.ReadFile(authority)
		if err != nil {
			return nil, err
		}
		roots, err := x509.SystemCertPool()
		if err != nil {
			roots = x509.NewCertPool()
		}
		if !roots.AppendCertsFromPEM(text) {
			return nil, errors.New("minio CA Cert is not a valid x509 certificate")
		}
		transport.TLSClientConfig.RootCAs = roots
	}
	if certificate != "" && key != "" {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig.Certificates = []tls.Certificate{pair}
	}
	return transport, nil
}

// fatal words an error as the published plugin does.
func fatal(doing, what string, err error) error {
	return fmt.Errorf("[FATAL] %s (%s): %w", doing, what, err)
}

// also adds what the failure led to.
func also(err error, doing, what string) error {
	return errors.Join(err, fmt.Errorf("[FATAL] %s (%s)", doing, what))
}
