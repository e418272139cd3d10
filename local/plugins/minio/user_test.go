package minio

import (
	"context"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/status"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

func TestAUserIsMadeChangedAndRemoved(t *testing.T) {
	fake, config := newFakeAdmin(t)
	c := iam(t, "User", config)
	id, state := c.Create(map[string]any{"name": "alice", "secret": "first-secret", "tags": map[string]any{"team": "a"}})
	if id != "alice" || state["status"] != enabled || *fake.users["alice"] != (fakeUser{"first-secret", enabled, ""}) {
		t.Errorf("expected alice to be enabled with the first secret, got %s, %v, %v", id, state, fake.users["alice"])
	}
	fake.calls()
	for _, test := range []struct {
		inputs map[string]any
		want   fakeUser
		called string
	}{
		{map[string]any{"tags": map[string]any{"team": "b"}}, fakeUser{"first-secret", enabled, ""}, "user-info user-info"},
		{map[string]any{"secret": "second-secret"}, fakeUser{"second-secret", enabled, ""}, "user-info add-user user-info"},
		{map[string]any{"disableUser": true}, fakeUser{"second-secret", disabled, ""}, "user-info set-user-status user-info"},
		{map[string]any{"secret": "", "disableUser": true}, fakeUser{"second-secret", disabled, ""}, "user-info user-info"},
	} {
		test.inputs["name"] = "alice"
		updated, err := c.Update(state, test.inputs)
		if err != nil || *fake.users["alice"] != test.want || updated["status"] != test.want.Status || updated["secret"] != test.want.SecretKey {
			t.Errorf("%v: expected %v, got %v, %v, %v", test.inputs, test.want, fake.users["alice"], updated, err)
		}
		if called := fake.calls(); called != test.called {
			t.Errorf("%v: expected %q, got %q", test.inputs, test.called, called)
		}
		state = updated
	}
	rotated, err := c.Update(state, map[string]any{"name": "alice", "updateSecret": true})
	if secret := rotated.Text("secret"); err != nil || len(secret) != 56 || secret != fake.users["alice"].SecretKey {
		t.Errorf("expected a new secret, got %q for %q, %v", secret, fake.users["alice"].SecretKey, err)
	}
	fake.groups["team"] = &groupInfo{Name: "team", Members: []string{"alice", "bob"}}
	if err := remove(c, id, rotated); err != nil || fake.users["alice"] != nil || strings.Join(fake.groups["team"].Members, " ") != "bob" {
		t.Errorf("expected alice to leave her team and go, got %v, %v, %v", fake.users, fake.groups["team"], err)
	}
	want := "[FATAL] error deleting IAM User %s: %s (alice): The specified user does not exist."
	if err := remove(c, id, rotated); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("expected %q, got %v", want, err)
	}
	if refreshed, err := c.Refresh(rotated); err != nil || len(refreshed) > 0 {
		t.Errorf("expected what is gone to be forgotten, got %v, %v", refreshed, err)
	}
}

func TestAUserThatCannotBeReadOnceItIsMadeIsKept(t *testing.T) {
	fake, config := newFakeAdmin(t)
	fake.fails = "user-info"
	c := iam(t, "User", config)
	_, err := c.Plugin.Create(context.Background(), &pulumirpc.CreateRequest{
		Urn:        "urn:pulumi:test::project::" + c.Type + "::name",
		Properties: rpc.Encode(map[string]any{"name": "alice", "secret": "the-secret"}),
	})
	details := status.Convert(err).Details()
	if len(details) != 1 || fake.users["alice"] == nil {
		t.Fatalf("expected alice, and an error with what is known of her, got %v, %v", fake.users, err)
	}
	// The engine takes nothing unknown here.
	kept := details[0].(*pulumirpc.ErrorResourceInitFailed)
	state := rpc.Decode(kept.GetProperties())
	if given, told := state["status"]; kept.GetId() != "alice" || state["secret"] != "the-secret" || !told || given != nil {
		t.Errorf("expected alice with her secret and no status, got %q, %v", kept.GetId(), state)
	}
}

func TestAUserWithoutASecretGetsOneThatStays(t *testing.T) {
	fake, config := newFakeAdmin(t)
	c := iam(t, "User", config)
	id, state := c.Create(map[string]any{"name": "bob", "disableUser": true})
	if len(state.Text("secret")) != 56 || fake.users["bob"].SecretKey != state["secret"] || state["status"] != disabled {
		t.Errorf("expected a disabled user with a secret, got %v, %v", state, fake.users["bob"])
	}
	inputs, imported, err := c.Import(id)
	if err != nil || inputs["name"] != "bob" || imported["status"] != disabled || imported["secret"] != nil {
		t.Errorf("expected all but the secret, got %v, %v, %v", inputs, imported, err)
	}
	planned := c.Diff(state, map[string]any{"name": "carol", "disableUser": true})
	if kind := planned.GetDetailedDiff()["name"].GetKind(); kind != pulumirpc.PropertyDiff_UPDATE_REPLACE || len(planned.GetDiffs()) != 1 {
		t.Errorf("expected another name alone to make another user, got %v", planned)
	}
}

func TestSecretsStaySecret(t *testing.T) {
	_, config := newFakeAdmin(t)
	c := iam(t, "User", config)
	urn, inputs := "urn:pulumi:t::p::"+c.Type+"::name", rpc.Encode(map[string]any{"name": "alice", "secret": "first-secret"})
	checked, err := c.Plugin.Check(t.Context(), &pulumirpc.CheckRequest{Urn: urn, News: inputs})
	if err != nil {
		t.Fatal(err)
	}
	created, err := c.Plugin.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn, Properties: inputs})
	if err != nil {
		t.Fatal(err)
	}
	want := any(rpc.Secret{Value: "first-secret"})
	if got := rpc.DecodeMarked(checked.GetInputs())["secret"]; got != want {
		t.Errorf("expected a secret input, got %v", got)
	}
	if got := rpc.DecodeMarked(created.GetProperties())["secret"]; got != want {
		t.Errorf("expected a secret output, got %v", got)
	}
}

func TestAForcedEndComesWithTheNextChange(t *testing.T) {
	fake, config := newFakeAdmin(t)
	fake.users["alice"] = &fakeUser{}
	for kind, gone := range map[string]func() bool{
		"User":  func() bool { return fake.users["bob"] == nil },
		"Group": func() bool { return len(fake.groups["bob"].Members) == 0 },
	} {
		c := iam(t, kind, config)
		_, state := c.Create(map[string]any{"name": "bob", "forceDestroy": true})
		if kind == "Group" {
			fake.groups["bob"].Members = []string{"alice"}
		}
		_, err := c.Update(state, map[string]any{"name": "bob", "forceDestroy": true, "disable" + kind: true})
		want := kind == "User"
		if told := err != nil && strings.HasPrefix(err.Error(), "Resource provider reported that the resource did not exist"); told != want || !gone() {
			t.Errorf("%s: expected it to be emptied or gone, got %v, %v, %v", kind, fake.users, fake.groups, err)
		}
	}
}

func TestBadNamesAreRefused(t *testing.T) {
	const plain = "only alphanumeric characters, hyphens, underscores, commas, periods, @ symbols, plus and equals signs allowed or a valid LDAP Distinguished Name (DN) in "
	for _, test := range []struct {
		kind   string
		inputs map[string]any
		reason string
	}{
		{"User", map[string]any{"name": "a b"}, plain + `"name": "a b". Examine values at 'name.name'.`},
		{"User", map[string]any{"name": "OU=a b,DC=c"}, plain},
		{"User", map[string]any{"name": "CN=a b,OU=people,DC=c,DC=d"}, ""},
		{"Group", map[string]any{"name": "OU=a b,DC=c"}, ""},
		{"User", map[string]any{"name": "a", "tags": "b"}, "Attribute must be a map. Examine values at 'name.tags'."},
		{"Policy", map[string]any{"name": "a b", "policy": "{}"}, `"name" must match [\w+=,.@:-]. Examine`},
		{"Policy", map[string]any{"name": strings.Repeat("a", 97), "policy": "{}"}, `"name" cannot be longer than 96 characters, name is limited to 128.`},
		{"Policy", map[string]any{"name": strings.Repeat("a", 129), "policy": "{}"}, `"name" cannot be longer than 128 characters.`},
		{"Policy", map[string]any{"name": "a", "namePrefix": "b", "policy": "{}"}, `Conflicting configuration arguments. "name": conflicts with name_prefix.`},
		{"Policy", map[string]any{"name": "a"}, `Missing required argument. The argument "policy" is required, but no definition was found.`},
		{"ServiceAccount", map[string]any{"targetUser": "a", "policy": "[]"}, `"policy" contains an invalid JSON policy.`},
		{"ServiceAccount", map[string]any{"targetUser": "a", "secretKey": "b"}, `Can't configure a value for "secret_key"`},
		{"GroupUserAttachment", map[string]any{"groupName": "a b", "userName": "c"}, `"group_name" must match [\w+=,.@:-].`},
		{"GroupMembership", map[string]any{"group": "a"}, `The argument "users" is required`},
		{"GroupMembership", map[string]any{"group": "a", "users": []any{nil}}, "Null value found in list: Null values are not allowed"},
		{"GroupMembership", map[string]any{"group": "a", "users": []any{map[string]any{}}}, "Attribute must be a single value, not a map. Examine values at 'name.users'."},
	} {
		reasons := strings.Join(iam(t, test.kind, map[string]any{"minioServer": "localhost"}).Check(test.inputs), "\n")
		if !strings.Contains(reasons, test.reason) || test.reason == "" && reasons != "" {
			t.Errorf("%s %v: expected %q, got %q", test.kind, test.inputs, test.reason, reasons)
		}
	}
}

func TestWhatCannotBeMadeIsTold(t *testing.T) {
	fake, config := newFakeAdmin(t)
	fake.users["b"] = &fakeUser{}
	const noUser, noGroup = "The specified user does not exist. (Specified", "The specified group does not exist. (Specified"
	for _, test := range []struct {
		kind   string
		inputs table.Values
		want   string
	}{
		{"GroupMembership", table.Values{"name": "m", "group": "g", "users": []any{"a"}}, "[FATAL] error adding user(s) to group (g): " + noUser},
		{"GroupUserAttachment", table.Values{"groupName": "g", "userName": "a"}, "[FATAL] Error updating user a to group g: " + noUser},
		{"GroupPolicyAttachment", table.Values{"groupName": "g", "policyName": "p"}, "[FATAL] failed to load group infos (g): " + noGroup},
		{"UserPolicyAttachment", table.Values{"userName": "a", "policyName": "p"}, "[FATAL] failed to load user Infos (a): " + noUser},
		{"UserPolicyAttachment", table.Values{"userName": "b", "policyName": "p"}, "[FATAL] unable to Set User policy (b p): The canned policy does not exist."},
		{"ServiceAccount", table.Values{"targetUser": "a"}, "[FATAL] error creating service account (a): Specified target user a does not exist"},
	} {
		if got := iam(t, test.kind, config).CreateError(test.inputs); !strings.Contains(got, "1 error occurred:\n\t* "+test.want) {
			t.Errorf("%s: expected %q, got %q", test.kind, test.want, got)
		}
	}
}

func TestDifferencesOfTagsAreToldByTheirKeys(t *testing.T) {
	c := iam(t, "User", map[string]any{"minioServer": "localhost"})
	state := map[string]any{"id": "alice", "name": "alice", "tags": map[string]any{"team": "a", "app/name": "b"}}
	for _, test := range []struct {
		tags any
		want string
	}{
		{map[string]any{"team": "c", "app/name": "b"}, `{"tags.team":{"kind":4}}`},
		{map[string]any{"team": "a"}, `{"tags[\"app/name\"]":{"kind":2}}`},
		{nil, `{"tags.team":{"kind":2},"tags[\"app/name\"]":{"kind":2}}`},
		{map[string]any{"team": rpc.Unknown{}}, `{"tags":{"kind":4}}`},
	} {
		diff := c.Diff(state, map[string]any{"name": "alice", "tags": test.tags}).GetDetailedDiff()
		if got := asJSON(diff); got != test.want {
			t.Errorf("%v: expected %s, got %s", test.tags, test.want, got)
		}
	}
	inputs, reason := checkIAM(t, "User", &pulumirpc.CheckRequest{}, nil, map[string]any{"name": "alice", "tags": map[string]any{"a": nil, "b": 1.0}})
	if got := asJSON(inputs["tags"]); got != `{"b":"1"}` {
		t.Errorf("expected a tag that is null to be none, got %s, %s", got, reason)
	}
}
