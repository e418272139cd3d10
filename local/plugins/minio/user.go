package minio

import (
	"context"
	"crypto/rand"
	"encoding/base64"

	"edge-registry/local/plugins/table"
)

func (p *plugin) user() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			{Name: "id", Output: true, Stable: true},
			{Name: "disableUser", Kind: table.Bool, Default: false},
			{Name: "forceDestroy", Kind: table.Bool, Default: false},
			{Name: "name", Required: true, AutoName: true, Replace: table.Always, Valid: userName},
			{Name: "secret", Computed: true, Stable: true, Secret: true},
			{Name: "status", Output: true, Stable: true},
			{Name: "tags", Kind: table.Map},
			{Name: "updateSecret", Kind: table.Bool, Default: false},
		},
		Plan:   emptyIsNone("secret"),
		Create: p.createUser,
		Update: p.updateUser,
		Read:   p.readUser,
		Delete: p.deleteUser,
		Import: byID,
	}
}

const enabled, disabled = "enabled", "disabled"

// statusOf is what MinIO calls users and groups.
func statusOf(isDisabled bool) string {
	if isDisabled {
		return disabled
	}
	return enabled
}

func newSecret() string {
	random := make([]byte, 40)
	_, _ = rand.Read(random)
	return base64.URLEncoding.EncodeToString(random)
}

func (p *plugin) createUser(ctx context.Context, state table.Values) error {
	name, secret := state.Text("name"), state.Text("secret")
	if secret == "" {
		secret = newSecret()
	}
	if err := p.admin.putUser(ctx, name, secret, enabled); err != nil {
		return fatal("error creating user", name, err)
	}
	state["id"], state["secret"] = name, secret
	if state.Bool("disableUser") {
		if err := p.admin.setUserStatus(ctx, name, disabled); err != nil {
			return fatal("error disabling IAM User %s: %s", name, err)
		}
	}
	return reread(ctx, state, p.readUser)
}

// updateUser takes each change of a user whose destruction is forced for its end, like the published plugin.
func (p *plugin) updateUser(ctx context.Context, prior, state table.Values) error {
	if state.Bool("forceDestroy") {
		if err := p.deleteUser(ctx, state); err != nil {
			return err
		}
		return table.Gone
	}
	name, id, status := state.Text("name"), state.Text("id"), statusOf(state.Bool("disableUser"))
	if found, _ := p.admin.getUser(ctx, name); found.Status != status {
		if err := p.admin.setUserStatus(ctx, name, status); err != nil {
			return fatal("error to disable IAM User %s: %s", id, err)
		}
	}
	if state.Bool("updateSecret") {
		state["secret"] = newSecret()
	}
	if secret := state.Text("secret"); secret != prior.Text("secret") {
		if err := p.admin.putUser(ctx, name, secret, status); err != nil {
			return fatal("error updating IAM User Key %s: %s", id, err)
		}
	}
	return reread(ctx, state, p.readUser)
}

func (p *plugin) readUser(ctx context.Context, state table.Values) (bool, error) {
	id := state.Text("id")
	found, err := p.admin.getUser(ctx, id)
	if isRefusal(err, noSuchUser) {
		return false, nil
	}
	if err != nil {
		return false, fatal("error reading IAM User", id, err)
	}
	if state.Text("name") == "" {
		state["name"] = id
	}
	state["status"] = found.Status
	return true, nil
}

// deleteUser takes the user out of its groups first: MinIO removes none that is in one.
func (p *plugin) deleteUser(ctx context.Context, state table.Values) error {
	name, id := state.Text("name"), state.Text("id")
	if err := p.leaveGroups(ctx, name); err != nil && !state.Bool("forceDestroy") {
		return fatal("error removing IAM User (%s) group memberships: %s", id, err)
	}
	return unlessNil("error deleting IAM User %s: %s", id, p.admin.removeUser(ctx, name))
}

func (p *plugin) leaveGroups(ctx context.Context, name string) error {
	found, _ := p.admin.getUser(ctx, name)
	for _, group := range found.MemberOf {
		if err := p.admin.removeMembers(ctx, group, []string{name}); err != nil {
			return err
		}
	}
	return nil
}
