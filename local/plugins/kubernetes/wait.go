package kubernetes

import (
	"context"
	"fmt"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
)

// A readiness judges one object by what is seen of it and of the objects around it.
type readiness interface {
	// watched are the collections to look at, all in the object's namespace.
	watched() []schema.GroupVersionResource
	// observe takes in what became of an object. An error means that the wait is over.
	observe(change watch.EventType, o *object) error
	// ready tells whether the wait is over, and shows how far it is.
	ready() bool
	// troubles are what its pods complain about; shown every few seconds.
	troubles() []message
	// reasons say why it is not ready.
	reasons() []string
	// live is the object as last seen.
	live() *object
}

// A settler waits for others to come to rest. It says when to look again, and settle tells it that the time has come.
type settler interface {
	begin(again func(after time.Duration))
	settle()
}

// A restarter has its time anew whenever there is news of some objects.
type restarter interface {
	restartsFor(o *object) bool
}

// A waitError says that an object exists but is not as it should be.
type waitError struct {
	text    string
	reasons []string
	live    *object
}

func (e *waitError) Error() string { return e.text }

// await waits until the object is what its kind calls ready.
func (op *operation) await(inputs, live, previous *object) (*object, error) {
	if annotated(inputs, skipAwaitAnnotation) {
		op.progress.info("Skipping await logic")
		op.progress.clear()
		return live, nil
	}
	r, err := op.readiness(live, previous, false)
	if err != nil || r.readiness == nil {
		return live, err
	}
	if !r.fixed {
		r.patience = op.patience(inputs, r.patience)
	}
	ready, err := op.wait(r)
	if err == nil {
		op.progress.clear()
	}
	return ready, err
}

// A trial is a readiness, how long it may take, and what to say when it takes longer.
type trial struct {
	readiness
	patience        time.Duration
	fixed           bool // whatever time the program gives it
	timeout, cancel string
}

// restarts tells whether news of what was seen start the clock again. What Kubernetes merely reports never does.
func (t trial) restarts(seen runtime.Object) bool {
	r, is := t.readiness.(restarter)
	o, isObject := seen.(*object)
	return is && isObject && o.GetKind() != "Event" && r.restartsFor(o)
}

// wait looks at the object until it is ready, hopeless, out of time, or no longer wanted.
func (op *operation) wait(t trial) (*object, error) {
	ctx, stop := context.WithCancel(op.running)
	defer stop()
	events := op.watch(ctx, t)
	clock := time.NewTimer(t.patience)
	every := time.NewTicker(10 * time.Second)
	defer every.Stop()
	for {
		if t.ready() {
			return t.live(), nil
		}
		select {
		case <-op.running.Done():
			return op.last(t, t.cancel)
		case <-clock.C:
			return op.last(t, t.timeout)
		case <-every.C:
			for _, trouble := range t.troubles() {
				op.progress.say(trouble)
			}
		case event := <-events:
			if err := op.take(t, event); err != nil {
				return t.live(), err
			}
			if t.restarts(event.Object) {
				clock.Reset(t.patience)
			}
		}
	}
}

// settled is an event of our own: what a settler waited for has been quiet long enough.
const settled watch.EventType = "SETTLED"

func (op *operation) take(t trial, event watch.Event) error {
	o, isObject := event.Object.(*object)
	switch {
	case event.Type == settled:
		t.readiness.(settler).settle()
		return nil
	case !isObject:
		return nil
	case o.GetKind() == "Event":
		op.show(o)
		return nil
	}
	return t.observe(event.Type, o)
}

// show tells what Kubernetes itself reports of the object; what is normal is only for those who look closely.
func (op *operation) show(event *object) {
	text := func(key string) string { value, _ := event.Object[key].(string); return value }
	m := message{pulumirpc.LogSeverity_DEBUG, text("reason") + ": " + text("message")}
	if text("type") == "Warning" {
		m.severity = warning
	}
	op.progress.say(m)
}

// last looks once more. A service need not have settled by then.
func (op *operation) last(t trial, text string) (*object, error) {
	if s, is := t.readiness.(*service); is {
		s.settle()
		if s.ready() {
			return s.live(), nil
		}
	}
	if c, is := t.readiness.(*conditions); is && c.hindrance() != nil {
		text = c.hindrance().Error()
	}
	return t.live(), &waitError{text, t.reasons(), t.live()}
}

// judge tells without waiting whether an object is ready that was made before.
func (op *operation) judge(live *object) error {
	t, err := op.readiness(live, nil, true)
	if err != nil || t.readiness == nil || !judgedOnRead[live.GetKind()] {
		return nil
	}
	for _, collection := range t.watched() {
		found, err := op.cluster.client.Resource(collection).Namespace(live.GetNamespace()).List(
			op.running, metav1.ListOptions{FieldSelector: op.selector(t, collection)})
		if err != nil {
			continue // The object itself has been read; its surroundings only explain.
		}
		for i := range found.Items {
			if err := t.observe(watch.Added, &found.Items[i]); err != nil {
				break
			}
		}
	}
	if s, is := t.readiness.(settler); is {
		s.settle()
	}
	if t.ready() {
		op.progress.clear()
		return nil
	}
	return hopeless(t.readiness)
}

// hopeless says that an object did not become what it should be, whatever time it gets.
func hopeless(r readiness) error {
	text := fmt.Sprintf("Resource '%s' was created but failed to initialize", r.live().GetName())
	return &waitError{text, r.reasons(), r.live()}
}
