package minio

import (
	"strings"
	"sync"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

const reading = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::images/*"}]}`

var writing = strings.Replace(reading, "Get", "Put", 1)

func TestAPolicyIsMadeChangedAndRemoved(t *testing.T) {
	fake, config := newFakeAdmin(t)
	c := iam(t, "Policy", config)
	id, state := c.Create(map[string]any{"name": "reader", "policy": reading})
	compact, _ := normalized(reading)
	if id != "reader" || fake.policies["reader"] != reading || state["policy"] != compact {
		t.Errorf("expected a policy in the server's words, got %s, %v, %v", id, state, fake.policies)
	}
	state, err := c.Update(state, map[string]any{"name": "reader", "policy": writing})
	if err != nil || fake.policies["reader"] != writing {
		t.Errorf("expected the policy to change, got %v, %v, %v", state, fake.policies, err)
	}
	inputs, _, err := c.Import(id)
	if compact, _ := normalized(writing); err != nil || inputs["name"] != "reader" || inputs["policy"] != compact {
		t.Errorf("expected the policy, got %v, %v", inputs, err)
	}
	fake.users["alice"] = &fakeUser{Policy: "writer,reader"}
	want := "[FATAL] unable to delete policy (reader): The policy cannot be removed, as it is in use"
	if err := remove(c, id, state); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("expected %q, got %v", want, err)
	}
	delete(fake.users, "alice")
	for range 2 {
		if err := remove(c, id, state); err != nil || len(fake.policies) > 0 {
			t.Errorf("expected no policy and no error, got %v, %v", fake.policies, err)
		}
	}
	want = "[FATAL] unable to read policy (reader): The canned policy does not exist."
	if _, err := c.Refresh(state); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("expected %q, got %v", want, err)
	}
}

func TestAPolicyIsNamedByItsPrefix(t *testing.T) {
	_, config := newFakeAdmin(t)
	c := iam(t, "Policy", config)
	id, state := c.Create(map[string]any{"namePrefix": "read-", "policy": reading})
	if !strings.HasPrefix(id, "read-") || len(id) != len("read-")+suffixLength || state["name"] != id {
		t.Errorf("expected a name with the prefix, got %s, %v", id, state)
	}
	if id, _ := c.Create(map[string]any{"name": "", "policy": reading}); !strings.HasPrefix(id, "terraform-") {
		t.Errorf("expected an empty name to be none, got %s", id)
	}
	if replaced := c.Diff(state, map[string]any{"namePrefix": "write-", "policy": reading}).GetReplaces(); len(replaced) != 1 {
		t.Errorf("expected another policy for another prefix, got %v", replaced)
	}
}

// A group's policy is one that only names the group, and never changes.
func TestAGroupPolicyStaysAsItWasMade(t *testing.T) {
	fake, config := newFakeAdmin(t)
	c := iam(t, "GroupPolicy", config)
	id, state := c.Create(map[string]any{"name": "reader", "group": "team", "policy": reading})
	if id != "team:reader" || fake.policies["reader"] != reading || len(fake.groups) > 0 {
		t.Errorf("expected a policy without a group, got %s, %v, %v", id, fake.policies, fake.groups)
	}
	updated, err := c.Update(state, map[string]any{"name": "reader", "group": "team", "policy": writing})
	if err != nil || fake.policies["reader"] != reading || updated["policy"] != state["policy"] {
		t.Errorf("expected nothing to change, got %v, %v, %v", updated, fake.policies, err)
	}
	if inputs, _, err := c.Import(id); err != nil || inputs["group"] != "team" || inputs["name"] != "reader" {
		t.Errorf("expected the names, got %v, %v", inputs, err)
	}
	for range 2 {
		if err := remove(c, id, state); err != nil || len(fake.policies) > 0 {
			t.Errorf("expected no policy and no error, got %v, %v", fake.policies, err)
		}
	}
	if refreshed, err := c.Refresh(state); err != nil || len(refreshed) > 0 {
		t.Errorf("expected what is gone to be forgotten, got %v, %v", refreshed, err)
	}
	want := "group_policy id must be of the form <group-name>:<policy-name> got team:"
	if _, _, err := c.Import("team"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("expected %q, got %v", want, err)
	}
}

func TestAPolicyIsAttachedAndDetached(t *testing.T) {
	fake, config := newFakeAdmin(t)
	fake.policies["first"], fake.policies["second"] = reading, writing
	fake.users["alice"] = &fakeUser{Policy: "first"}
	fake.groups["alice"] = &groupInfo{Name: "alice", Policy: "first"}
	for kind, policies := range map[string]func() string{
		"User":  func() string { return fake.users["alice"].Policy },
		"Group": func() string { return fake.groups["alice"].Policy },
	} {
		holder := strings.ToLower(kind) + "Name"
		c := iam(t, kind+"PolicyAttachment", config)
		id, state := c.Create(map[string]any{holder: "alice", "policyName": "second"})
		if !strings.HasPrefix(id, "alice-") || len(id) != len("alice-")+suffixLength || policies() != "first,second" {
			t.Errorf("%s: expected both policies, got %s, %s", kind, id, policies())
		}
		fake.calls()
		if _, again := c.Create(map[string]any{holder: "alice", "policyName": "second"}); again["id"] == id || strings.Contains(fake.calls(), "set-") {
			t.Errorf("%s: expected nothing to be set twice, got %v", kind, again)
		}
		if _, imported, err := c.Import("alice/first"); err != nil || imported[holder] != "alice" || imported["policyName"] != "first" {
			t.Errorf("%s: expected the other attachment, got %v, %v", kind, imported, err)
		}
		if _, missing, err := c.Import("alice/third"); err != nil || len(missing) > 0 {
			t.Errorf("%s: expected no such attachment, got %v, %v", kind, missing, err)
		}
		for range 2 {
			if err := remove(c, id, state); err != nil || policies() != "first" {
				t.Errorf("%s: expected the first policy, got %s, %v", kind, policies(), err)
			}
		}
		if err := remove(c, id, table.Values{holder: "alice", "policyName": "first"}); err != nil || policies() != "" {
			t.Errorf("%s: expected no policy, got %s, %v", kind, policies(), err)
		}
		if refreshed, err := c.Refresh(state); err != nil || len(refreshed) > 0 {
			t.Errorf("%s: expected what is gone to be forgotten, got %v, %v", kind, refreshed, err)
		}
	}
	want := "[FATAL] unable to Set User policy (CN=a,OU=b,DC=c first): The specified user does not exist."
	user := table.Values{"userName": "CN=a,OU=b,DC=c", "policyName": "first"}
	if got := iam(t, "UserPolicyAttachment", config).CreateError(user); !strings.Contains(got, want) {
		t.Errorf("expected a directory's user to be tried, got %q", got)
	}
}

func TestPoliciesAreAttachedAtOnce(t *testing.T) {
	fake, config := newFakeAdmin(t)
	fake.users["alice"] = &fakeUser{}
	c := iam(t, "UserPolicyAttachment", config)
	names := strings.Split("a b c d e f g h", " ")
	for _, name := range names {
		fake.policies[name] = reading
	}
	var attaching sync.WaitGroup
	for _, name := range names {
		attaching.Go(func() {
			urn, inputs := "urn:pulumi:t::p::"+c.Type+"::name", rpc.Encode(map[string]any{"userName": "alice", "policyName": name})
			if _, err := c.Plugin.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn, Properties: inputs}); err != nil {
				t.Error(err)
			}
		})
	}
	attaching.Wait()
	if got := strings.Split(fake.users["alice"].Policy, ","); len(got) != len(names) {
		t.Errorf("expected %v, got %v", names, got)
	}
}
