package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

// leftBehind are the kinds whose deletion is not waited for if the program skips waits; of others it always is.
var leftBehind = []string{
	"v1/Namespace", "v1/Pod", "v1/ReplicationController", "apps/v1/DaemonSet", "apps/v1/Deployment",
	"apps/v1/StatefulSet", "batch/v1/Job",
}

// awaitGone waits until the object is no more: finalizers and dependents may take their time.
func (op *operation) awaitGone(inputs, live *object) error {
	kind := inputs.GetAPIVersion() + "/" + inputs.GetKind()
	if annotated(inputs, skipAwaitAnnotation) && slices.Contains(leftBehind, kind) {
		op.progress.info("Skipping await logic")
		op.progress.clear()
		return nil
	}
	ctx, stop := context.WithTimeout(op.running, op.patience(inputs, defaultPatience))
	defer stop()
	if last, err := op.untilGone(ctx, live); err != nil || last != nil {
		if err != nil {
			return err
		}
		op.warn(op.urn, fmt.Sprintf("finalizers might be preventing deletion (%s)",
			strings.Join(last.GetFinalizers(), ", ")))
		text := timedOut
		if op.running.Err() != nil {
			text = op.running.Err().Error()
		}
		return &waitError{text, nil, last}
	}
	op.progress.clear()
	return nil
}

// untilGone gives back the object as last seen if it is still there when the time is up.
func (op *operation) untilGone(ctx context.Context, last *object) (*object, error) {
	client, err := op.cluster.of(last)
	if err != nil {
		return nil, err
	}
	changes := make(chan watch.Event)
	following, stop := context.WithCancel(ctx)
	defer stop()
	go follow(following, client, "metadata.name="+last.GetName(), changes)
	go op.followEvents(following, last, changes)
	// Asked as well: the object may have gone before the watch began, or while it was interrupted.
	again, pause := time.NewTimer(0), 100*time.Millisecond
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return op.stillThere(last)
		case <-again.C:
			if found, err := op.stillThere(last); err != nil || found == nil {
				return found, err
			}
			again.Reset(pause)
			pause = min(2*pause, 2*time.Second)
		case event := <-changes:
			seen, isObject := event.Object.(*object)
			switch {
			case !isObject:
			case seen.GetKind() == "Event" && last.GetKind() != "Event":
				op.show(seen)
			case event.Type == watch.Deleted:
				return nil, nil
			default:
				last = seen
				if result, err := status.Compute(seen); err == nil && result.Message != "" {
					op.progress.info(result.Message)
				}
			}
		}
	}
}

// stillThere asks even if the operation was cancelled: that the object is gone is worth knowing then too.
func (op *operation) stillThere(last *object) (*object, error) {
	client, err := op.cluster.of(last)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(op.running), 10*time.Second)
	defer stop()
	found, err := client.Get(ctx, last.GetName(), metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		op.progress.warning("unexpected error while checking cluster state: " + err.Error())
		return last, nil
	}
	return found, nil
}
