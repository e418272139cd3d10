package minio

import (
	"context"
	"fmt"
	"slices"

	"edge-registry/local/plugins/table"
)

func (p *plugin) groupMembership() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			{Name: "id", Output: true, Stable: true},
			{Name: "group", Required: true, Replace: table.Always},
			{Name: "name", Required: true, AutoName: true, Replace: table.Always},
			{Name: "users", Kind: table.Set, Required: true},
		},
		Create: p.createMembership,
		Update: p.updateMembership,
		Read:   p.readMembership,
		Delete: p.deleteMembership,
		Import: byID,
	}
}

func (p *plugin) createMembership(ctx context.Context, state table.Values) error {
	group := state.Text("group")
	if err := p.admin.addMembers(ctx, group, state.Strings("users")); err != nil {
		return fatal("error adding user(s) to group", group, err)
	}
	state["id"] = state["name"]
	return reread(ctx, state, p.readMembership)
}

// updateMembership removes no users while there are some to add, and tells of no error: what was not done is still a
// difference in the next preview. So does the published plugin.
func (p *plugin) updateMembership(ctx context.Context, prior, state table.Values) error {
	group, old, new := state.Text("group"), prior.Strings("users"), state.Strings("users")
	if added := without(new, old); len(added) > 0 {
		_ = p.admin.addMembers(ctx, group, added)
	} else if removed := without(old, new); len(removed) > 0 {
		_ = p.admin.removeMembers(ctx, group, removed)
	}
	return reread(ctx, state, p.readMembership)
}

func (p *plugin) readMembership(ctx context.Context, state table.Values) (bool, error) {
	found, err := p.admin.getGroup(ctx, state.Text("group"))
	if isRefusal(err, noSuchGroup) {
		return false, nil
	}
	if err != nil {
		return false, fatal("error reading IAM Group", state.Text("id"), err)
	}
	users := []any{}
	for _, member := range found.Members {
		users = append(users, member)
	}
	state["users"], state["id"] = users, state["name"]
	return state.Text("id") != "", nil
}

func (p *plugin) deleteMembership(ctx context.Context, state table.Values) error {
	group := state.Text("group")
	return unlessNil("error deleting user(s) to group", group, p.admin.removeMembers(ctx, group, state.Strings("users")))
}

// without gives what of the texts is not among the others.
func without(texts, others []string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return slices.Contains(others, text) })
}

func (p *plugin) groupUserAttachment() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			{Name: "id", Output: true, Stable: true},
			{Name: "groupName", Required: true, Replace: table.Always, Valid: policyName},
			{Name: "userName", Required: true, Replace: table.Always, Valid: userName},
		},
		Create: p.attachUser,
		Read:   p.readUserAttachment,
		Delete: p.detachUser,
		Import: importUserAttachment,
	}
}

func userAttachmentID(group, user string) string { return uniqueName(group + "/" + user) }

func (p *plugin) attachUser(ctx context.Context, state table.Values) error {
	group, user := state.Text("groupName"), state.Text("userName")
	if err := p.admin.addMembers(ctx, group, []string{user}); err != nil {
		return fmt.Errorf("[FATAL] Error updating user %s to group %s: %w", user, group, err)
	}
	state["id"] = userAttachmentID(group, user)
	return reread(ctx, state, p.readUserAttachment)
}

func (p *plugin) readUserAttachment(ctx context.Context, state table.Values) (bool, error) {
	group := state.Text("groupName")
	found, err := p.admin.getGroup(ctx, group)
	if err != nil {
		return false, fatal("failed to load group infos", group, err)
	}
	return slices.Contains(found.Members, state.Text("userName")), nil
}

func (p *plugin) detachUser(ctx context.Context, state table.Values) error {
	group := state.Text("groupName")
	if err := p.admin.removeMembers(ctx, group, []string{state.Text("userName")}); err != nil {
		return fmt.Errorf("error updating user(s) to group %s: %w", group, err)
	}
	return nil
}

func importUserAttachment(id string) (table.Values, error) {
	group, user, err := pair(id, "<group-name>/<user-name>")
	return table.Values{"id": userAttachmentID(group, user), "groupName": group, "userName": user}, err
}
