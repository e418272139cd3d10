package minio

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"edge-registry/local/plugins/table"
)

// key is one that MinIO encrypts with, in the service that keeps its keys.
func (p *plugin) key() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			{Name: "id", Output: true, Stable: true},
			{Name: "keyId", Required: true, Replace: table.Always},
		},
		Create: p.createKey,
		Read:   p.readKey,
		Delete: p.deleteKey,
		Import: byID,
	}
}

// keyCall asks MinIO to do something with a key.
func (a *admin) keyCall(ctx context.Context, method, action, name string) ([]byte, error) {
	return a.send(ctx, method, keysPath+action, parameters("key-id", name), nil)
}

// keyStatus is what went wrong when MinIO tried a key.
type keyStatus struct {
	Encryption string `json:"encryption-error"`
	Decryption string `json:"decryption-error"`
}

func (p *plugin) createKey(ctx context.Context, state table.Values) error {
	name := state.Text("keyId")
	if _, err := p.admin.keyCall(ctx, http.MethodPost, "create", name); err != nil {
		return fatal("error creating service account", name, err)
	}
	state["id"] = name
	return reread(ctx, state, p.readKey)
}

// readKey does not take every error for a key that is gone, as the published plugin does, and asks for the very key that
// is imported. A server that keeps no keys has none.
func (p *plugin) readKey(ctx context.Context, state table.Values) (bool, error) {
	name, status := state.Text("id"), keyStatus{}
	answer, err := p.admin.keyCall(ctx, http.MethodGet, "status", name)
	if isRefusal(err, keepsNoKeys) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(answer, &status)
	}
	switch {
	case err != nil:
		return false, fatal("error reading KMS key", name, err)
	case status.Encryption != "":
		return false, fatal("KMS key has encryption error", name, errors.New(status.Encryption))
	case status.Decryption != "":
		return false, fatal("KMS key has decryption error", name, errors.New(status.Decryption))
	}
	state["keyId"] = name
	return true, nil
}

// deleteKey fails where MinIO leaves the keys to the service that keeps them, as newer ones do.
func (p *plugin) deleteKey(ctx context.Context, state table.Values) error {
	name := state.Text("id")
	_, err := p.admin.keyCall(ctx, http.MethodDelete, "delete", name)
	return unlessNil("unable to remove KMS key", name, err)
}
