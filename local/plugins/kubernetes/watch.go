package kubernetes

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

var events = schema.GroupVersionResource{Version: "v1", Resource: "events"}

// watch follows everything a readiness looks at, and what Kubernetes reports of the object.
func (op *operation) watch(ctx context.Context, t trial) <-chan watch.Event {
	into := make(chan watch.Event)
	namespace := t.live().GetNamespace()
	for _, collection := range t.watched() {
		client := op.cluster.client.Resource(collection).Namespace(namespace)
		go follow(ctx, client, op.selector(t, collection), into)
	}
	go op.followEvents(ctx, t.live(), into)
	if s, is := t.readiness.(settler); is {
		s.begin(func(after time.Duration) {
			time.AfterFunc(after, func() { send(ctx, into, watch.Event{Type: settled}) })
		})
	}
	return into
}

// followEvents passes on what Kubernetes reports of the object.
func (op *operation) followEvents(ctx context.Context, about *object, into chan<- watch.Event) {
	client := op.cluster.client.Resource(events).Namespace(about.GetNamespace())
	follow(ctx, client, "involvedObject.uid="+string(about.GetUID()), into)
}

// selector narrows the object's own collection down to it; of others it wants all.
func (op *operation) selector(t trial, collection schema.GroupVersionResource) string {
	mapping, err := op.cluster.mapper.KindFor(collection)
	if err != nil || mapping.Kind != t.live().GetKind() {
		return ""
	}
	return "metadata.name=" + t.live().GetName()
}

// follow passes on what happens in a collection, beginning with what is there, until nobody listens any more. A watch
// without a resource version does both in one request.
func follow(ctx context.Context, client dynamic.ResourceInterface, selector string, into chan<- watch.Event) {
	for ctx.Err() == nil {
		watcher, err := client.Watch(ctx, metav1.ListOptions{FieldSelector: selector})
		if err == nil {
			for event := range watcher.ResultChan() {
				if !send(ctx, into, event) {
					break
				}
			}
			watcher.Stop()
		}
		select { // The API server ends watches now and then.
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func send(ctx context.Context, into chan<- watch.Event, event watch.Event) bool {
	select {
	case <-ctx.Done():
		return false
	case into <- event:
		return true
	}
}
