package minio

import (
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

const emptyPolicy = `{"Version":"","Statement":null}`

func TestAServiceAccountIsMadeChangedAndRemoved(t *testing.T) {
	fake, config := newFakeAdmin(t)
	fake.users["alice"] = &fakeUser{}
	c := iam(t, "ServiceAccount", config)
	id, state := c.Create(map[string]any{"targetUser": "alice"})
	if id != "key" || state["accessKey"] != "key" || state["secretKey"] != "first" || state["status"] != "on" || state["policy"] != emptyPolicy {
		t.Errorf("expected an account, got %s, %v", id, state)
	}
	fake.calls()
	for _, test := range []struct {
		inputs         table.Values
		status, policy string
		called         string
	}{
		{table.Values{"disableUser": true}, "off", emptyPolicy, "info- update- info-"},
		{table.Values{"policy": reading}, "on", reading, "info- update- update- info-"},
		{table.Values{"policy": strings.ReplaceAll(reading, " ", "")}, "on", reading, "info- info-"},
		{table.Values{}, "on", emptyPolicy, "info- update- info-"},
	} {
		test.inputs["targetUser"] = "alice"
		updated, err := c.Update(state, test.inputs)
		same, _ := normalized(test.policy)
		policy, _ := normalized(updated.Text("policy"))
		if err != nil || updated["status"] != test.status || policy != same || updated["secretKey"] != "first" {
			t.Errorf("%v: expected %s, %s, got %v, %v", test.inputs, test.status, test.policy, updated, err)
		}
		if called := strings.ReplaceAll(fake.calls(), "service-account", ""); called != test.called {
			t.Errorf("%v: expected %q, got %q", test.inputs, test.called, called)
		}
		state = updated
	}
	state, err := c.Update(state, map[string]any{"targetUser": "alice", "updateSecret": true})
	if secret := state.Text("secretKey"); err != nil || len(secret) != 56 || fake.accounts["key"].secret != secret {
		t.Errorf("expected a new secret, got %q, %v", secret, err)
	}
	inputs, imported, err := c.Import(id)
	if err != nil || inputs["targetUser"] != "alice" || imported["accessKey"] != "key" || imported["secretKey"] != nil {
		t.Errorf("expected all but the secret, got %v, %v, %v", inputs, imported, err)
	}
	for range 2 {
		if err := remove(c, id, state); err != nil || len(fake.accounts) > 0 {
			t.Errorf("expected no account and no error, got %v, %v", fake.accounts, err)
		}
	}
	want := "[FATAL] error reading service account %s: %s (key): The specified service account is not found"
	if _, err := c.Refresh(state); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("expected %q, got %v", want, err)
	}
	want = "[FATAL] error to disable service account (key): The specified service account is not found"
	if _, err := c.Update(state, map[string]any{"targetUser": "alice"}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("expected %q, got %v", want, err)
	}
}

func TestADisabledServiceAccountKeepsItsPolicy(t *testing.T) {
	fake, config := newFakeAdmin(t)
	fake.users["alice"] = &fakeUser{}
	_, state := iam(t, "ServiceAccount", config).Create(map[string]any{"targetUser": "alice", "policy": reading, "disableUser": true})
	want, _ := normalized(reading)
	if got, _ := normalized(state.Text("policy")); got != want || state["status"] != "off" {
		t.Errorf("expected an account that is off and may read, got %v", state)
	}
}

func TestAServiceAccountsKeyIsSecret(t *testing.T) {
	fake, config := newFakeAdmin(t)
	fake.users["alice"] = &fakeUser{}
	c := iam(t, "ServiceAccount", config)
	created, err := c.Plugin.Create(t.Context(), &pulumirpc.CreateRequest{
		Urn: "urn:pulumi:t::p::" + c.Type + "::name", Properties: rpc.Encode(map[string]any{"targetUser": "alice", "disableUser": true}),
	})
	if err != nil {
		t.Fatal(err)
	}
	state := rpc.DecodeMarked(created.GetProperties())
	if state["secretKey"] != any(rpc.Secret{Value: "first"}) || state["status"] != "off" || state["disableUser"] != true {
		t.Errorf("expected a secret key of an account that is off, got %v", state)
	}
}
