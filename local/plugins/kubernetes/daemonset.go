package kubernetes

import (
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

// daemonSet is ready when kstatus says so: on every node that should have it.
type daemonSet struct{ subject }

func (d *daemonSet) watched() []schema.GroupVersionResource {
	return []schema.GroupVersionResource{daemonSets, pods}
}

func (d *daemonSet) observe(change watch.EventType, o *object) error {
	if o.GetKind() != "Pod" {
		d.sees(change, o)
	} else if d.owns(o) && change != watch.Deleted {
		for _, trouble := range warnings(checkPod(o)) {
			d.op.progress.say(trouble)
		}
	}
	return nil
}

func (d *daemonSet) ready() bool {
	ready, _ := computedReady(&d.subject)
	return ready
}

func (d *daemonSet) reasons() []string { return nil }

// computedReady asks kstatus, which knows the conventions of most kinds.
func computedReady(s *subject) (bool, error) {
	result, err := status.Compute(s.now)
	if err != nil {
		s.op.progress.warning("couldn't get status: " + err.Error())
		return false, err
	}
	s.op.progress.info(result.Message)
	return result.Status == status.CurrentStatus, nil
}
