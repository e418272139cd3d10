package minio

import (
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

func TestAGroupIsMadeChangedAndRemoved(t *testing.T) {
	fake, config := newFakeAdmin(t)
	c := iam(t, "Group", config)
	id, state := c.Create(map[string]any{"name": "team"})
	if id != "team" || state["groupName"] != "team" || fake.groups["team"].Status != enabled {
		t.Errorf("expected an enabled team, got %s, %v, %v", id, state, fake.groups["team"])
	}
	state, err := c.Update(state, map[string]any{"name": "team", "disableGroup": true})
	if err != nil || state["disableGroup"] != true || fake.groups["team"].Status != disabled {
		t.Errorf("expected a disabled team, got %v, %v, %v", state, fake.groups["team"], err)
	}
	want := "[FATAL] error updating IAM Group %s: %s (team): error while enabling or disabling IAM Group team: The specified group does not exist."
	if _, err := c.Update(state, map[string]any{"name": "crew"}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("expected %q, got %v", want, err)
	}
	fake.groups["team"].Members = []string{"alice"}
	if err := remove(c, id, state); err != nil || fake.groups["team"].Policy != "" {
		t.Errorf("expected a team with members to stay as it is, got %v, %v", fake.groups, err)
	}
	fake.groups["team"].Members = nil
	if err := remove(c, id, state); err != nil || fake.groups["team"] != nil {
		t.Errorf("expected the team to go, got %v, %v", fake.groups, err)
	}
	if err := remove(c, id, state); err != nil {
		t.Errorf("expected a team that is gone to be no error, got %v", err)
	}
	if refreshed, err := c.Refresh(state); err != nil || len(refreshed) > 0 {
		t.Errorf("expected what is gone to be forgotten, got %v, %v", refreshed, err)
	}
}

func TestAForcedGroupLosesItsMembersOrGoes(t *testing.T) {
	fake, config := newFakeAdmin(t)
	fake.users["alice"] = &fakeUser{}
	fake.groups["full"] = &groupInfo{Name: "full", Members: []string{"alice"}}
	fake.groups["empty"] = &groupInfo{Name: "empty"}
	for _, name := range []string{"full", "empty"} {
		if err := remove(iam(t, "Group", config), name, table.Values{"name": name, "forceDestroy": true}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	full := fake.groups["full"]
	if fake.groups["empty"] != nil || len(full.Members) > 0 || full.Policy != "" {
		t.Errorf("expected the members and the empty group to go, and no policy to come, got %v", fake.groups)
	}
}

func TestAnImportedGroupHasNoName(t *testing.T) {
	fake, config := newFakeAdmin(t)
	fake.groups["team"] = &groupInfo{Name: "team", Status: enabled}
	inputs, state, err := iam(t, "Group", config).Import("team")
	if _, named := inputs["name"]; err != nil || named || state["groupName"] != "team" {
		t.Errorf("expected only the name of the group, got %v, %v, %v", inputs, state, err)
	}
}

func TestMembersAreAddedBeforeOthersAreRemoved(t *testing.T) {
	fake, config := newFakeAdmin(t)
	for _, name := range []string{"alice", "bob", "carol"} {
		fake.users[name] = &fakeUser{}
	}
	c := iam(t, "GroupMembership", config)
	id, state := c.Create(map[string]any{"name": "members", "group": "team", "users": []any{"bob", "alice", "bob"}})
	if id != "members" || !slices.Equal(state.Strings("users"), []string{"alice", "bob"}) {
		t.Errorf("expected alice and bob, in order, got %s, %v", id, state)
	}
	inputs := map[string]any{"name": "members", "group": "team", "users": []any{"carol", "bob"}}
	for _, want := range [][]string{{"alice", "bob", "carol"}, {"bob", "carol"}} {
		updated, err := c.Update(state, inputs)
		if err != nil || !slices.Equal(updated.Strings("users"), want) {
			t.Errorf("expected %v, got %v, %v", want, updated, err)
		}
		state = updated
	}
	inputs["users"] = []any{"nobody", "bob", "carol"}
	if updated, err := c.Update(state, inputs); err != nil || len(updated.Strings("users")) != 2 {
		t.Errorf("expected who does not exist to be passed over, got %v, %v", updated, err)
	}
	if err := remove(c, id, state); err != nil || len(fake.groups["team"].Members) > 0 {
		t.Errorf("expected no members, got %v, %v", fake.groups["team"], err)
	}
	delete(fake.groups, "team")
	want := "[FATAL] error deleting user(s) to group (team): The specified group does not exist."
	if err := remove(c, id, state); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("expected %q, got %v", want, err)
	}
	if refreshed, err := c.Refresh(state); err != nil || len(refreshed) > 0 {
		t.Errorf("expected what is gone to be forgotten, got %v, %v", refreshed, err)
	}
}

func TestDifferencesOfASetAreToldWhereTheyAre(t *testing.T) {
	c := iam(t, "GroupMembership", map[string]any{"minioServer": "localhost"})
	membership := func(users ...any) map[string]any {
		return map[string]any{"id": "m", "name": "m", "group": "g", "users": users}
	}
	add, drop, change := pulumirpc.PropertyDiff_ADD, pulumirpc.PropertyDiff_DELETE, pulumirpc.PropertyDiff_UPDATE
	for _, test := range []struct {
		users []any
		want  map[string]pulumirpc.PropertyDiff_Kind
	}{
		{[]any{"b", "a", "b"}, nil},
		{[]any{"b"}, map[string]pulumirpc.PropertyDiff_Kind{"users[0]": drop}},
		{[]any{"b", "c", "a"}, map[string]pulumirpc.PropertyDiff_Kind{"users[1]": add}},
		{[]any{"c", "b"}, map[string]pulumirpc.PropertyDiff_Kind{"users[0]": change}},
		{[]any{}, map[string]pulumirpc.PropertyDiff_Kind{"users": drop}},
	} {
		diff := c.Diff(membership("a", "b"), membership(test.users...)).GetDetailedDiff()
		if len(diff) != len(test.want) {
			t.Errorf("%v: expected %v, got %v", test.users, test.want, diff)
		}
		for path, kind := range test.want {
			if diff[path].GetKind() != kind {
				t.Errorf("%v: expected %v at %s, got %v", test.users, kind, path, diff)
			}
		}
	}
	if previewed := c.Preview(membership("b", "a")); !slices.Equal(previewed.Strings("users"), []string{"a", "b"}) {
		t.Errorf("expected users in order, got %v", previewed)
	}
}

func TestAUserIsAttachedToAGroup(t *testing.T) {
	fake, config := newFakeAdmin(t)
	fake.users["alice"], fake.groups["team"] = &fakeUser{}, &groupInfo{Name: "team"}
	c := iam(t, "GroupUserAttachment", config)
	id, state := c.Create(map[string]any{"groupName": "team", "userName": "alice"})
	if len(id) != len("team/alice")+suffixLength || !strings.HasPrefix(id, "team/alice") {
		t.Errorf("expected an id that starts with both, got %s", id)
	}
	inputs, imported, err := c.Import("team/alice")
	if err != nil || imported["userName"] != "alice" || inputs["groupName"] != "team" || imported["id"] == id {
		t.Errorf("expected another id for the same, got %v, %v, %v", inputs, imported, err)
	}
	if err := remove(c, id, state); err != nil || len(fake.groups["team"].Members) > 0 {
		t.Errorf("expected alice to leave, got %v, %v", fake.groups["team"], err)
	}
	if refreshed, err := c.Refresh(state); err != nil || len(refreshed) > 0 {
		t.Errorf("expected what is gone to be forgotten, got %v, %v", refreshed, err)
	}
	delete(fake.groups, "team")
	want := "deleting urn:pulumi:t::p::" + c.Type + "::name: 1 error occurred:\n\t* error updating user(s) to group team: The specified group does not exist."
	if err := remove(c, id, table.Values{"groupName": "team", "userName": "alice"}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("expected %q, got %v", want, err)
	}
	want = `unexpected format of ID ("team"), expected <group-name>/<user-name>`
	if _, _, err := c.Import("team"); err == nil || err.Error() != want {
		t.Errorf("expected %q, got %v", want, err)
	}
}

func TestARefreshNamesNoMoreUsersThanTheProgram(t *testing.T) {
	fake, config := newFakeAdmin(t)
	fake.groups["team"] = &groupInfo{Name: "team", Members: []string{"carol", "bob", "alice"}}
	inputs := map[string]any{"name": "members", "group": "team", "users": []any{"alice", "dave"}}
	read, err := iam(t, "GroupMembership", config).Plugin.Read(t.Context(), &pulumirpc.ReadRequest{
		Urn: "urn:pulumi:t::p::minio:index/iamGroupMembership:IamGroupMembership::name", Id: "members",
		Properties: rpc.Encode(inputs), Inputs: rpc.Encode(inputs),
	})
	if err != nil {
		t.Fatal(err)
	}
	given, state := rpc.Decode(read.GetInputs()), rpc.Decode(read.GetProperties())
	if asJSON(given["users"]) != `["alice","bob"]` || asJSON(state["users"]) != `["alice","bob","carol"]` {
		t.Errorf("expected two of three, got %v of %v", given["users"], state["users"])
	}
}
