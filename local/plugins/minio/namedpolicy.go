package minio

import (
	"context"
	"fmt"
	"strings"

	"edge-registry/local/plugins/table"
)

// namedPolicyFields are those of a policy that users and groups can be given.
func namedPolicyFields() []table.Field {
	return []table.Field{
		{Name: "id", Output: true, Stable: true},
		{Name: "name", Computed: true, AutoName: true, Stable: true, Replace: table.Always, Valid: policyName, Conflicts: []string{"namePrefix"}},
		{Name: "namePrefix", Replace: table.Always, Valid: policyName, Conflicts: []string{"name"}},
		{Name: "policy", Required: true, Valid: []table.Rule{policyJSON}},
	}
}

func planNamedPolicy(inputs, prior, planned table.Values) ([]string, error) {
	_, _ = keepEquivalentPolicy(inputs, prior, planned)
	return emptyIsNone("name")(inputs, prior, planned)
}

func (p *plugin) namedPolicy() *table.Resource {
	return &table.Resource{
		Fields: namedPolicyFields(),
		Plan:   planNamedPolicy,
		Create: p.createNamedPolicy,
		Update: p.updateNamedPolicy,
		Read:   p.readNamedPolicy,
		Delete: p.deleteNamedPolicy,
		Import: byID,
	}
}

func (p *plugin) createNamedPolicy(ctx context.Context, state table.Values) error {
	name := givenOrUnique(state, "name", "namePrefix")
	if err := p.admin.putPolicy(ctx, name, state.Text("policy")); err != nil {
		return fatal("unable to create policy", name, err)
	}
	state["id"] = name
	return reread(ctx, state, p.readNamedPolicy)
}

func (p *plugin) updateNamedPolicy(ctx context.Context, _, state table.Values) error {
	id := state.Text("id")
	if err := p.admin.putPolicy(ctx, id, state.Text("policy")); err != nil {
		return fatal("unable to update policy", id, err)
	}
	return reread(ctx, state, p.readNamedPolicy)
}

// readNamedPolicy fails for a policy that is gone, like the published plugin.
func (p *plugin) readNamedPolicy(ctx context.Context, state table.Values) (bool, error) {
	id := state.Text("id")
	text, err := p.admin.getPolicy(ctx, id)
	if err != nil {
		return false, fatal("unable to read policy", id, err)
	}
	state["name"], state["policy"] = id, text
	return true, nil
}

func (p *plugin) deleteNamedPolicy(ctx context.Context, state table.Values) error {
	id := state.Text("id")
	return unlessNil("unable to delete policy", id, p.admin.removePolicy(ctx, id))
}

// groupPolicy is a policy that names a group in its id alone: like the published plugin's it is not given to the group,
// and a change of its text does nothing.
func (p *plugin) groupPolicy() *table.Resource {
	return &table.Resource{
		Fields: append(namedPolicyFields(), table.Field{Name: "group", Required: true, Replace: table.Always}),
		Plan:   planNamedPolicy,
		Create: p.createGroupPolicy,
		Update: func(ctx context.Context, _, state table.Values) error { return reread(ctx, state, p.readGroupPolicy) },
		Read:   p.readGroupPolicy,
		Delete: p.deleteGroupPolicy,
		Import: byID,
	}
}

func (p *plugin) createGroupPolicy(ctx context.Context, state table.Values) error {
	name, text := givenOrUnique(state, "name", "namePrefix"), state.Text("policy")
	if err := p.admin.putPolicy(ctx, name, text); err != nil {
		return fatal("unable to create group policy", text, err)
	}
	state["id"] = state.Text("group") + ":" + name
	return reread(ctx, state, p.readGroupPolicy)
}

// splitGroupPolicy gives the names in a group policy's id.
func splitGroupPolicy(id string) (group, policy string, err error) {
	group, policy, _ = strings.Cut(id, ":")
	if group == "" || policy == "" {
		err = fmt.Errorf("group_policy id must be of the form <group-name>:<policy-name> got %s:%s", group, policy)
		return "", "", fatal("[FATAL] Reading group policies failed", id, err)
	}
	return group, policy, nil
}

// readGroupPolicy does not take a store that cannot be reached for a policy that is gone, as the published plugin does.
func (p *plugin) readGroupPolicy(ctx context.Context, state table.Values) (bool, error) {
	id := state.Text("id")
	group, name, err := splitGroupPolicy(id)
	if err != nil {
		return false, err
	}
	text, err := p.admin.getPolicy(ctx, name)
	if isRefusal(err, noSuchPolicy) {
		return false, nil
	}
	if err != nil {
		return false, fatal("[FATAL] Reading group policies failed", id, err)
	}
	state["group"], state["name"], state["policy"] = group, name, text
	return true, nil
}

func (p *plugin) deleteGroupPolicy(ctx context.Context, state table.Values) error {
	id := state.Text("id")
	_, name, err := splitGroupPolicy(id)
	if err != nil {
		return err
	}
	if _, err := p.admin.getPolicy(ctx, name); isRefusal(err, noSuchPolicy) {
		return nil
	}
	return unlessNil("unable to delete group policy", id, p.admin.removePolicy(ctx, name))
}
