package minio

import (
	"regexp"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

func checkIAM(t *testing.T, kind string, request *pulumirpc.CheckRequest, olds, news map[string]any) (table.Values, string) {
	t.Helper()
	c := iam(t, kind, map[string]any{"minioServer": "localhost"})
	request.Urn, request.News = "urn:pulumi:t::p::"+c.Type+"::thing", rpc.Encode(news)
	if olds != nil {
		request.Olds = rpc.Encode(olds)
	}
	response, err := c.Plugin.Check(t.Context(), request)
	if err != nil {
		return nil, err.Error()
	}
	if failures := response.GetFailures(); len(failures) > 0 {
		return nil, failures[0].GetReason()
	}
	return rpc.Decode(response.GetInputs()), ""
}

func TestWhatIsNotNamedGetsANameThatStays(t *testing.T) {
	seeded := func() *pulumirpc.CheckRequest { return &pulumirpc.CheckRequest{RandomSeed: []byte("seed")} }
	first, reason := checkIAM(t, "User", seeded(), nil, map[string]any{})
	if !regexp.MustCompile(`^thing-[0-9a-f]{7}$`).MatchString(first.Text("name")) || len(first.Strings("__defaults")) != 1 {
		t.Fatalf("expected a name, got %v, %s", first, reason)
	}
	if again, _ := checkIAM(t, "User", seeded(), nil, map[string]any{}); again["name"] != first["name"] {
		t.Errorf("expected the same name from the same seed, got %v", again)
	}
	if kept, _ := checkIAM(t, "User", &pulumirpc.CheckRequest{}, first, map[string]any{}); kept["name"] != first["name"] {
		t.Errorf("expected the name to stay, got %v", kept)
	}
	given := map[string]any{"name": "alice", "__defaults": []any{}}
	if made, _ := checkIAM(t, "User", &pulumirpc.CheckRequest{}, given, map[string]any{}); made["name"] == "alice" {
		t.Errorf("expected a new name once none is given, got %v", made)
	}
	if prefixed, _ := checkIAM(t, "Policy", seeded(), nil, map[string]any{"namePrefix": "read-", "policy": "{}"}); prefixed["name"] != nil {
		t.Errorf("expected no name beside a prefix, got %v", prefixed)
	}
}

func TestTheStackMayNameThings(t *testing.T) {
	for mode, want := range map[pulumirpc.CheckRequest_AutonamingOptions_Mode]string{
		pulumirpc.CheckRequest_AutonamingOptions_PROPOSE: "proposed",
		pulumirpc.CheckRequest_AutonamingOptions_ENFORCE: "proposed",
		pulumirpc.CheckRequest_AutonamingOptions_DISABLE: "",
	} {
		request := &pulumirpc.CheckRequest{Autonaming: &pulumirpc.CheckRequest_AutonamingOptions{Mode: mode, ProposedName: "proposed"}}
		inputs, reason := checkIAM(t, "Group", request, nil, map[string]any{})
		if inputs.Text("name") != want {
			t.Errorf("%v: expected %q, got %v, %s", mode, want, inputs, reason)
		}
		if want == "" && reason != "automatic naming is disabled but no explicit name was provided" {
			t.Errorf("%v: expected to be told why, got %q", mode, reason)
		}
	}
}

func TestWhatIsNamedGoesBeforeItIsMadeAnew(t *testing.T) {
	c := iam(t, "GroupMembership", map[string]any{"minioServer": "localhost"})
	state := map[string]any{"id": "m", "name": "m", "group": "g", "users": []any{"a"}}
	for _, test := range []struct {
		defaults []any
		group    string
		want     bool
	}{{[]any{}, "h", true}, {[]any{"name"}, "h", false}, {[]any{}, "g", false}} {
		inputs := map[string]any{"name": "m", "group": test.group, "users": []any{"a"}, "__defaults": test.defaults}
		if got := c.Diff(state, inputs).GetDeleteBeforeReplace(); got != test.want {
			t.Errorf("%v: expected %v, got %v", inputs, test.want, got)
		}
	}
}
