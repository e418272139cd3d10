package minio

import (
	"context"

	"github.com/minio/minio-go/v7"

	"edge-registry/local/plugins/table"
)

func (p *plugin) bucketVersioning() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			{Name: "id", Output: true, Stable: true},
			{Name: "bucket", Required: true, Replace: table.Always},
			{Name: configuration, Kind: table.Object, Required: true, Fields: []table.Field{
				{Name: "excludeFolders", Kind: table.Bool},
				{Name: "excludedPrefixes", Kind: table.List},
				{Name: "status", Required: true, Valid: []table.Rule{oneOf(minio.Enabled, minio.Suspended)}},
			}},
		},
		Plan:   planVersioning,
		Create: p.putVersioning,
		Update: func(ctx context.Context, _, state table.Values) error { return p.putVersioning(ctx, state) },
		Read:   p.readVersioning,
		Delete: p.deleteVersioning,
		Import: byID,
	}
}

const configuration = "versioningConfiguration"

// planVersioning takes false and nothing, and an empty list and nothing, for the same.
func planVersioning(_, prior, planned table.Values) ([]string, error) {
	new, known := planned[configuration].(map[string]any)
	if !known {
		return nil, nil
	}
	old, _ := prior[configuration].(map[string]any)
	for _, name := range []string{"excludeFolders", "excludedPrefixes"} {
		if table.Empty(old[name]) && table.Empty(new[name]) && prior != nil {
			new[name] = old[name]
		}
		if _, set := new[name]; !set {
			new[name] = nil
		}
	}
	unchanged := old["status"] == new["status"] && old["excludeFolders"] == new["excludeFolders"]
	if prior != nil && !unchanged && new["excludedPrefixes"] == nil {
		new["excludedPrefixes"] = []any{}
	}
	return nil, nil
}

func (p *plugin) putVersioning(ctx context.Context, state table.Values) error {
	name, settings := state.Text("bucket"), state.Object(configuration)
	wanted := minio.BucketVersioningConfiguration{Status: settings.Text("status"), ExcludeFolders: settings.Bool("excludeFolders")}
	for _, prefix := range settings.Strings("excludedPrefixes") {
		wanted.ExcludedPrefixes = append(wanted.ExcludedPrefixes, minio.ExcludedPrefix{Prefix: prefix})
	}
	if err := p.Load().SetBucketVersioning(ctx, name, wanted); err != nil {
		return fatal("error putting bucket versioning configuration: %v", state.Text("id"), err)
	}
	settings["excludeFolders"] = wanted.ExcludeFolders
	state["id"] = name
	return nil
}

func (p *plugin) readVersioning(ctx context.Context, state table.Values) (bool, error) {
	name := state.Text("id")
	actual, err := p.Load().GetBucketVersioning(ctx, name)
	if err != nil {
		return false, fatal("failed to load bucket versioning", name, err)
	}
	prefixes := []any{}
	for _, excluded := range actual.ExcludedPrefixes {
		prefixes = append(prefixes, excluded.Prefix)
	}
	state["bucket"] = name
	state[configuration] = map[string]any{
		"status": actual.Status, "excludeFolders": actual.ExcludeFolders, "excludedPrefixes": prefixes,
	}
	return true, nil
}

// deleteVersioning suspends: a bucket that had versions never loses them.
func (p *plugin) deleteVersioning(ctx context.Context, state table.Values) error {
	name := state.Text("bucket")
	if state.Object(configuration).Text("status") == minio.Suspended {
		return nil
	}
	return unlessNil("error suspending bucket versioning: %s", name, p.Load().SuspendVersioning(ctx, name))
}
