package minio

import (
	"context"
	"sync"

	"edge-registry/local/plugins/table"
)

// locks are held by name.
type locks struct{ byName sync.Map }

func (l *locks) hold(name string) (release func()) {
	lock, _ := l.byName.LoadOrStore(name, &sync.Mutex{})
	lock.(*sync.Mutex).Lock()
	return lock.(*sync.Mutex).Unlock
}

// inTurn has a kind wait while another one changes the same bucket: MinIO reads all that is set for a bucket, changes one
// part and writes everything back, so that of two that are set at once one is lost.
func (p *plugin) inTurn(kind *table.Resource) *table.Resource {
	create, update, remove := kind.Create, kind.Update, kind.Delete
	kind.Create = func(ctx context.Context, state table.Values) error {
		defer p.buckets.hold(state.Text("bucket"))()
		return create(ctx, state)
	}
	kind.Update = func(ctx context.Context, prior, state table.Values) error {
		defer p.buckets.hold(state.Text("bucket"))()
		return update(ctx, prior, state)
	}
	kind.Delete = func(ctx context.Context, state table.Values) error {
		defer p.buckets.hold(state.Text("bucket"))()
		return remove(ctx, state)
	}
	return kind
}
