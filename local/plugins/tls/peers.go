package tls

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
)

func (p *plugin) peerCertificates(address string, verify bool) ([]*x509.Certificate, error) {
	target, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{InsecureSkipVerify: !verify} //nolint:gosec // asked for
	var found []*x509.Certificate
	if target.Scheme == "tls" {
		found, err = dial(target, config)
	} else {
		found, err = p.fetch(target, config)
	}
	if err != nil {
		return nil, fmt.Errorf("Failed to identify fetch peer certificates: %w", err)
	}
	return found, nil
}

func dial(target *url.URL, config *tls.Config) ([]*x509.Certificate, error) {
	connection, err := tls.Dial("tcp", target.Host, config)
	if err != nil {
		return nil, fmt.Errorf("unable to execute TLS connection towards %s: %w", target.Host, err)
	}
	defer connection.Close()
	return connection.ConnectionState().PeerCertificates, nil
}

func (p *plugin) fetch(target *url.URL, config *tls.Config) ([]*x509.Certificate, error) {
	if target.Port() == "" {
		target.Host += ":443"
	}
	proxy := p.proxy
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: config, Proxy: proxy, DisableKeepAlives: true}}
	var failure error
	for _, ask := range []func(string) (*http.Response, error){client.Head, client.Get} {
		response, err := ask(target.String())
		if err != nil {
			failure = fmt.Errorf("failed to fetch certificates from URL '%s': %w", target.Scheme, err)
			continue
		}
		response.Body.Close()
		if response.TLS != nil && len(response.TLS.PeerCertificates) > 0 {
			return response.TLS.PeerCertificates, nil
		}
		failure = fmt.Errorf("got back response (status: %s) with no certificates from URL '%s': %%!w(<nil>)", response.Status, target.Scheme)
	}
	return nil, failure
}

// Configure notes the proxy for look-ups; without one the environment says which.
func (p *plugin) Configure(ctx context.Context, request *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	var proxy struct {
		URL, Username, Password string
		FromEnv                 *bool
	}
	if text, given := rpc.Decode(request.GetArgs())["proxy"].(string); given {
		if err := json.Unmarshal([]byte(text), &proxy); err != nil {
			return nil, errors.New("proxy: expected an object")
		}
	}
	if proxy.URL != "" {
		address, err := url.Parse(proxy.URL)
		if err != nil {
			return nil, fmt.Errorf("Unable to parse proxy URL %q: %w", proxy.URL, err)
		}
		if proxy.Username != "" {
			address.User = url.UserPassword(proxy.Username, proxy.Password)
		}
		p.proxy = http.ProxyURL(address)
	} else if proxy.FromEnv != nil && !*proxy.FromEnv {
		p.proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	}
	return p.Plugin.Configure(ctx, request)
}
