package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
)

// job is ready when it has succeeded.
type job struct {
	subject
	checks []check
	found  []message // what went wrong so far, in order
}

func (j *job) watched() []schema.GroupVersionResource {
	return []schema.GroupVersionResource{jobs, pods}
}

func (j *job) observe(change watch.EventType, o *object) error {
	switch {
	case o.GetKind() == "Pod" && j.owns(o) && change != watch.Deleted:
		for _, trouble := range warnings(checkPod(o)) {
			j.note(trouble)
			if !strings.Contains(trouble.text, "containers with unready status") { // normal while a Job runs
				j.op.progress.say(trouble)
			}
		}
	case j.is(o):
		j.checks = checkJob(o)
		j.op.progress.steps(j.checks)
		for _, trouble := range warnings(j.checks) {
			j.note(trouble)
			j.now = o
			return hopeless(j)
		}
		j.now = o
	}
	return nil
}

func (j *job) note(m message) {
	if !slices.Contains(j.found, m) {
		j.found = append(j.found, m)
	}
}

// restartsFor a Job's own news, and for what its pods complain about.
func (j *job) restartsFor(o *object) bool {
	return o.GetKind() == "Job" || j.owns(o) && len(warnings(checkPod(o))) > 0
}

func (j *job) ready() bool { return passed(j.checks) }

func (j *job) reasons() []string { return texts(j.found) }

// checkJob goes through a job's steps up to the first that is not done.
func checkJob(o *object) []check {
	_, started, _ := unstructured.NestedString(o.Object, "status", "startTime")
	start := check{ok: started, waiting: fmt.Sprintf("Waiting for Job %q to start", qualified(o))}
	if !started {
		return []check{start}
	}
	finish := check{waiting: fmt.Sprintf("Waiting for Job %q to succeed (Active: %d | Succeeded: %d | Failed: %d)",
		qualified(o), count(o, "status", "active"), count(o, "status", "succeeded"), count(o, "status", "failed"))}
	for _, c := range statusConditions(o) {
		switch {
		case c.status != "True":
		case c.kind == "Complete":
			finish.ok = true
		case c.kind == "Failed" && slices.Contains([]string{"BackoffLimitExceeded", "DeadlineExceeded"}, c.reason):
			finish.trouble = message{failure, fmt.Sprintf("[%s] %s", c.reason, c.message)}
		}
	}
	finish.ok = finish.ok && finish.trouble == message{}
	return []check{start, finish}
}
