package minio

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"edge-registry/local/plugins/table"
)

func (p *plugin) serviceAccount() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			{Name: "id", Output: true, Stable: true},
			{Name: "accessKey", Output: true, Stable: true},
			{Name: "disableUser", Kind: table.Bool, Default: false},
			{Name: "policy", Valid: []table.Rule{policyJSON}},
			{Name: "secretKey", Output: true, Stable: true, Secret: true},
			{Name: "status", Output: true, Stable: true},
			{Name: "targetUser", Required: true, Replace: table.Always},
			{Name: "updateSecret", Kind: table.Bool, Default: false},
		},
		Plan:   keepEquivalentPolicy,
		Create: p.createAccount,
		Update: p.updateAccount,
		Read:   p.readAccount,
		Delete: p.deleteAccount,
		Import: byID,
	}
}

// accountStatus is what MinIO calls service accounts.
func accountStatus(isDisabled bool) string {
	if isDisabled {
		return "off"
	}
	return "on"
}

// accountPolicy is empty, not left out, for an account that may do what its user may: an earlier one goes.
func accountPolicy(state table.Values) json.RawMessage {
	if text := state.Text("policy"); text != "" {
		return json.RawMessage(text)
	}
	return json.RawMessage(`{"Version":"","Statement":null}`)
}

func (p *plugin) createAccount(ctx context.Context, state table.Values) error {
	user := state.Text("targetUser")
	made, err := p.admin.addAccount(ctx, user, accountPolicy(state))
	if err != nil {
		return fatal("error creating service account", user, err)
	}
	state["id"], state["accessKey"], state["secretKey"] = made.AccessKey, made.AccessKey, made.SecretKey
	if state.Bool("disableUser") {
		change := accountChange{Status: accountStatus(true), Policy: accountPolicy(state)}
		if err := p.admin.changeAccount(ctx, made.AccessKey, change); err != nil {
			return fatal("error disabling service account %s: %s", made.AccessKey, err)
		}
	}
	return reread(ctx, state, p.readAccount)
}

func (p *plugin) updateAccount(ctx context.Context, prior, state table.Values) error {
	id, key, policy := state.Text("id"), state.Text("accessKey"), accountPolicy(state)
	found, err := p.admin.getAccount(ctx, key)
	if status := accountStatus(state.Bool("disableUser")); err == nil && found.AccountStatus != status {
		err = p.admin.changeAccount(ctx, key, accountChange{Status: status, Policy: policy})
	}
	if err != nil {
		return fatal("error to disable service account", id, err)
	}
	if state.Bool("updateSecret") {
		secret := newSecret()
		if err := p.admin.changeAccount(ctx, id, accountChange{Secret: secret, Policy: policy}); err != nil {
			return fatal("error updating service account Key %s: %s", id, err)
		}
		state["secretKey"] = secret
	}
	if prior.Text("policy") != state.Text("policy") {
		if err := p.admin.changeAccount(ctx, id, accountChange{Policy: policy}); err != nil {
			return fatal("error updating service account policy %s: %s", id, err)
		}
	}
	return reread(ctx, state, p.readAccount)
}

// readAccount fails for an account that is gone, like the published plugin.
func (p *plugin) readAccount(ctx context.Context, state table.Values) (bool, error) {
	id := state.Text("id")
	found, err := p.admin.getAccount(ctx, id)
	if err != nil {
		return false, fatal("error reading service account %s: %s", id, err)
	}
	if state.Text("accessKey") == "" {
		state["accessKey"] = id
	}
	state["status"], state["disableUser"] = found.AccountStatus, found.AccountStatus == accountStatus(true)
	state["targetUser"], state["policy"] = found.ParentUser, found.Policy
	return true, nil
}

// deleteAccount does not mind that the account is gone.
func (p *plugin) deleteAccount(ctx context.Context, state table.Values) error {
	key := state.Text("accessKey")
	if p.admin.removeAccount(ctx, key) == nil {
		return nil
	}
	left, err := p.admin.listAccounts(ctx, state.Text("targetUser"))
	if err == nil && slices.Contains(left, listedAccount(key)) {
		err = fmt.Errorf("service account %s not deleted", key)
	}
	return unlessNil("error deleting service account %s: %s", state.Text("id"), err)
}
