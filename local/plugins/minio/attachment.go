package minio

import (
	"context"
	"slices"
	"strings"

	"edge-registry/local/plugins/table"
)

// holder is what policies are attached to: users, or groups.
type holder struct {
	field    string // that names one
	valid    []table.Rule
	isGroup  bool
	policies func(ctx context.Context, name string) (string, error)
	// What failed to be done, and of what form an id to import must be.
	load, attach, expected string
	// Policies are set all at once, and several attachments may change one holder's.
	changing locks
}

func (p *plugin) userHolder() *holder {
	return &holder{
		field: "userName", valid: userName, policies: p.userPolicies,
		load: "failed to load user Infos", attach: "unable to Set User policy", expected: "<user-name>/<policy_name>",
	}
}

func (p *plugin) groupHolder() *holder {
	return &holder{
		field: "groupName", valid: groupName, isGroup: true, policies: p.groupPolicies,
		load: "failed to load group infos", attach: "unable to attach group policy", expected: "<group-name>/<policy-name>",
	}
}

// userPolicies are none for a user of a directory that MinIO does not know yet.
func (p *plugin) userPolicies(ctx context.Context, name string) (string, error) {
	found, err := p.admin.getUser(ctx, name)
	if isRefusal(err, noSuchUser) && ldapUserPattern.MatchString(name) {
		return "", nil
	}
	return found.PolicyName, err
}

func (p *plugin) groupPolicies(ctx context.Context, name string) (string, error) {
	found, err := p.admin.getGroup(ctx, name)
	return found.Policy, err
}

func (h *holder) list(ctx context.Context, name string) ([]string, error) {
	policies, err := h.policies(ctx, name)
	if err != nil {
		return nil, fatal(h.load, name, err)
	}
	if policies == "" {
		return nil, nil
	}
	return strings.Split(policies, ","), nil
}

func (p *plugin) policyAttachment(h *holder) *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			{Name: "id", Output: true, Stable: true},
			{Name: "policyName", Required: true, Replace: table.Always, Valid: policyName},
			{Name: h.field, Required: true, Replace: table.Always, Valid: h.valid},
		},
		Create: func(ctx context.Context, state table.Values) error { return p.attachPolicy(ctx, h, state) },
		Read: func(ctx context.Context, state table.Values) (bool, error) {
			policies, err := h.list(ctx, state.Text(h.field))
			return slices.Contains(policies, state.Text("policyName")), err
		},
		Delete: func(ctx context.Context, state table.Values) error { return p.detachPolicy(ctx, h, state) },
		Import: func(id string) (table.Values, error) {
			name, policy, err := pair(id, h.expected)
			return table.Values{"id": uniqueName(name + "-"), h.field: name, "policyName": policy}, err
		},
	}
}

func (p *plugin) attachPolicy(ctx context.Context, h *holder, state table.Values) error {
	name, policy := state.Text(h.field), state.Text("policyName")
	defer h.changing.hold(name)()
	policies, err := h.list(ctx, name)
	if err != nil {
		return err
	}
	if !slices.Contains(policies, policy) {
		if err := p.admin.setPolicies(ctx, append(policies, policy), name, h.isGroup); err != nil {
			return fatal(h.attach, name+" "+policy, err)
		}
	}
	state["id"] = uniqueName(name + "-")
	if policies, err = h.list(ctx, name); err == nil && !slices.Contains(policies, policy) {
		return table.Gone
	}
	return err
}

func (p *plugin) detachPolicy(ctx context.Context, h *holder, state table.Values) error {
	name, policy := state.Text(h.field), state.Text("policyName")
	defer h.changing.hold(name)()
	policies, err := h.list(ctx, name)
	if err != nil || !slices.Contains(policies, policy) {
		return err
	}
	return unlessNil("unable to delete user policy", name, p.admin.setPolicies(ctx, without(policies, []string{policy}), name, h.isGroup))
}
