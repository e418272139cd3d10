package minio

import (
	"context"
	"fmt"
	"slices"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/lifecycle"

	"edge-registry/local/plugins/table"
)

func (p *plugin) bucketLifecycle() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			{Name: "id", Output: true, Stable: true},
			{Name: "bucket", Required: true, Replace: table.Always, Valid: []table.Rule{atMost(63)}},
			{Name: "rules", Wire: "rule", Kind: table.Objects, Required: true, Fields: []table.Field{
				{Name: "expiration", Valid: []table.Rule{expires}},
				{Name: "filter"},
				{Name: "id", Required: true},
				{Name: "noncurrentVersionExpirationDays", Kind: table.Int, Valid: []table.Rule{someDays}},
				{Name: "status", Output: true},
				{Name: "tags", Kind: table.Map},
			}},
		},
		Create: p.createLifecycle,
		Update: p.updateLifecycle,
		Read:   p.readLifecycle,
		Delete: p.deleteLifecycle,
		Import: byID,
	}
}

func (p *plugin) putLifecycle(ctx context.Context, state table.Values) error {
	wanted := lifecycle.NewConfiguration()
	for _, given := range state.Objects("rules") {
		wanted.Rules = append(wanted.Rules, ruleOf(given))
	}
	return p.Load().SetBucketLifecycle(ctx, state.Text("bucket"), wanted)
}

func (p *plugin) createLifecycle(ctx context.Context, state table.Values) error {
	name := state.Text("bucket")
	if err := p.putLifecycle(ctx, state); err != nil {
		return fatal("creating bucket lifecycle failed", name, err)
	}
	state["id"] = name
	return p.rereadLifecycle(ctx, state)
}

// updateLifecycle fails for no error: what was not done is still a difference in the next preview. So does the published
// plugin, which says nothing of it.
func (p *plugin) updateLifecycle(ctx context.Context, _, state table.Values) error {
	if err := p.putLifecycle(ctx, state); err != nil {
		table.Warn(ctx, fmt.Sprintf("the rules stay as they were: %v", err))
	}
	return p.rereadLifecycle(ctx, state)
}

// rereadLifecycle leaves tags out that a program does: only a refresh tells of none.
func (p *plugin) rereadLifecycle(ctx context.Context, state table.Values) error {
	planned := state.Objects("rules")
	err := reread(ctx, state, p.readLifecycle)
	for i, rule := range state.Objects("rules") {
		if i < len(planned) && planned[i]["tags"] == nil && table.Empty(rule["tags"]) {
			delete(rule, "tags")
		}
	}
	return err
}

// readLifecycle does not take every error for a bucket without rules, as the published plugin does.
func (p *plugin) readLifecycle(ctx context.Context, state table.Values) (bool, error) {
	name := state.Text("id")
	actual, err := p.Load().GetBucketLifecycle(ctx, name)
	none := []string{minio.NoSuchBucket, "NoSuchLifecycleConfiguration"}
	if err != nil && slices.Contains(none, minio.ToErrorResponse(err).Code) {
		return false, nil
	}
	if err != nil {
		return false, fatal("reading lifecycle configuration failed", name, err)
	}
	rules := []any{}
	for _, rule := range actual.Rules {
		rules = append(rules, ruleValues(rule))
	}
	state["bucket"], state["rules"] = name, rules
	return true, nil
}

func (p *plugin) deleteLifecycle(ctx context.Context, state table.Values) error {
	name := state.Text("id")
	err := p.Load().SetBucketLifecycle(ctx, name, lifecycle.NewConfiguration())
	return unlessNil("deleting lifecycle configuration failed", name, err)
}
