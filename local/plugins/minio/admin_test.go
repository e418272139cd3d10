package minio

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRefusalsAreToldInTheServersWords(t *testing.T) {
	for answer, want := range map[string]string{
		`{"Code":"XMinioAdminNoSuchUser","Message":"The specified user does not exist."}`:                "The specified user does not exist.",
		`<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>`: "Access Denied.",
		"": "Failed to parse server response (unexpected end of JSON input): ",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, answer)
		}))
		config := map[string]any{"minioServer": strings.TrimPrefix(server.URL, "http://"), "minioUser": "user", "minioPassword": "password"}
		got := iam(t, "User", config).CreateError(map[string]any{"name": "alice"})
		if want = "[FATAL] error creating user (alice): " + want + "\n"; !strings.Contains(got, want) {
			t.Errorf("expected %q, got %q", want, got)
		}
		server.Close()
	}
}

func TestABusyServerIsAskedAgain(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprint(w, "{}")
	}))
	defer server.Close()
	config := map[string]any{"minioServer": strings.TrimPrefix(server.URL, "http://")}
	p := iam(t, "User", config).Plugin.(*plugin)
	if _, err := p.admin.getUser(t.Context(), "alice"); err != nil || asked != 3 {
		t.Errorf("expected the third try to succeed, got %v after %d", err, asked)
	}
	asked = -1000
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.admin.getUser(ctx, "alice"); err == nil {
		t.Error("expected no try once it is cancelled")
	}
	server.Close()
	if _, err := p.admin.getUser(t.Context(), "alice"); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("expected nobody to answer, got %v", err)
	}
}
