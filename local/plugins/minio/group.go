package minio

import (
	"context"
	"fmt"

	"edge-registry/local/plugins/table"
)

func (p *plugin) group() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			{Name: "id", Output: true, Stable: true},
			{Name: "disableGroup", Kind: table.Bool, Default: false},
			{Name: "forceDestroy", Kind: table.Bool, Default: false},
			{Name: "groupName", Output: true, Stable: true},
			{Name: "name", Required: true, AutoName: true, Valid: groupName},
		},
		Create: p.createGroup,
		Update: p.updateGroup,
		Read:   p.readGroup,
		Delete: p.deleteGroup,
		Import: byID,
	}
}

func (p *plugin) createGroup(ctx context.Context, state table.Values) error {
	name := state.Text("name")
	if err := p.admin.addMembers(ctx, name, []string{}); err != nil {
		return fatal("creating group failed", "", err)
	}
	if err := p.setGroupStatus(ctx, state); err != nil {
		return err
	}
	state["id"] = name
	return reread(ctx, state, p.readGroup)
}

// setGroupStatus fails for a group that was renamed, like the published plugin: no group has the new name.
func (p *plugin) setGroupStatus(ctx context.Context, state table.Values) error {
	id := state.Text("id")
	if err := p.admin.setGroupStatus(ctx, state.Text("name"), statusOf(state.Bool("disableGroup"))); err != nil {
		return fatal("error updating IAM Group %s: %s", id, fmt.Errorf("error while enabling or disabling IAM Group %s: %w", id, err))
	}
	return nil
}

// updateGroup takes each change of a group whose destruction is forced for its end, like the published plugin.
func (p *plugin) updateGroup(ctx context.Context, _, state table.Values) error {
	if err := p.setGroupStatus(ctx, state); err != nil {
		return err
	}
	if state.Bool("forceDestroy") {
		if err := p.deleteGroup(ctx, state); err != nil {
			return err
		}
	}
	return reread(ctx, state, p.readGroup)
}

func (p *plugin) readGroup(ctx context.Context, state table.Values) (bool, error) {
	id := state.Text("id")
	found, err := p.admin.getGroup(ctx, id)
	if isRefusal(err, noSuchGroup) {
		return false, nil
	}
	if err != nil {
		return false, fatal("error reading IAM Group %s: %s", id, err)
	}
	state["groupName"], state["disableGroup"] = found.Name, found.Status == disabled
	return true, nil
}

// deleteGroup leaves a group that has members, unless it is forced, and then does not remove the group itself but its
// members, like the published plugin. It takes that one's two mistakes back: no policy is given to a group that stays, and
// a forced one without members is removed once, not twice, which failed.
func (p *plugin) deleteGroup(ctx context.Context, state table.Values) error {
	name, id := state.Text("name"), state.Text("id")
	found, err := p.admin.getGroup(ctx, id)
	if isRefusal(err, noSuchGroup) {
		return nil
	}
	if err != nil {
		return fatal("error reading IAM Group %s: %s", id, err)
	}
	if len(found.Members) > 0 && !state.Bool("forceDestroy") {
		return nil
	}
	if len(found.Members) == 0 && found.Policy == "" {
		// Older servers remove no group without a policy.
		_ = p.admin.setPolicies(ctx, []string{"readonly"}, id, true)
	}
	return unlessNil("error deleting IAM Group %s: %s", id, p.admin.removeMembers(ctx, name, found.Members))
}
