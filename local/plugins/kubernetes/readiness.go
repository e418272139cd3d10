package kubernetes

import (
	"context"
	"fmt"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// What the readinesses watch.
var (
	deployments  = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	replicaSets  = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "replicasets"}
	statefulSets = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "statefulsets"}
	daemonSets   = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "daemonsets"}
	jobs         = schema.GroupVersionResource{Group: "batch", Version: "v1", Resource: "jobs"}
	pods         = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	claims       = schema.GroupVersionResource{Version: "v1", Resource: "persistentvolumeclaims"}
	services     = schema.GroupVersionResource{Version: "v1", Resource: "services"}
	endpoints    = schema.GroupVersionResource{Version: "v1", Resource: "endpoints"}
	ingresses    = schema.GroupVersionResource{Group: "networking.k8s.io", Version: "v1", Resource: "ingresses"}
)

// judgedOnRead are the kinds whose refresh says when they are not ready.
var judgedOnRead = map[string]bool{
	"Deployment": true, "StatefulSet": true, "DaemonSet": true, "Job": true, "Pod": true, "Service": true,
	"Ingress": true,
}

const (
	defaultPatience = 10 * time.Minute
	timedOut        = "timed out waiting for the condition"
)

// readiness finds out what to wait for: what the program says, else what is usual for the kind, else nothing. After a
// change previous is the object before it, if there was one; a refresh takes the object as it is.
func (op *operation) readiness(live, previous *object, refresh bool) (trial, error) {
	s := subject{op, live, previous, live}
	t := trial{
		patience: defaultPatience,
		timeout:  fmt.Sprintf("'%s' timed out waiting to be Ready", live.GetName()),
		cancel:   fmt.Sprintf("Resource operation was cancelled for %q", live.GetName()),
	}
	generic := trial{patience: defaultPatience, timeout: timedOut, cancel: context.Canceled.Error()}
	if expression := live.GetAnnotations()[waitForAnnotation]; expression != "" && !refresh {
		wanted, err := parseConditions(s, expression)
		generic.readiness = wanted
		return generic, err
	}
	switch live.GetAPIVersion() + "/" + live.GetKind() {
	case "apps/v1/Deployment":
		t.readiness = newDeployment(s, refresh)
	case "apps/v1/StatefulSet":
		t.readiness = &statefulSetReadiness{subject: s, pods: podSet{}}
	case "apps/v1/DaemonSet":
		generic.readiness = &daemonSet{subject: s}
		generic.cancel = generic.timeout
		return generic, nil
	case "batch/v1/Job":
		t.readiness = &job{subject: s}
	case "v1/Pod":
		t.readiness = &pod{subject: s}
	case "v1/Service":
		t.readiness = newService(s)
	case "networking.k8s.io/v1/Ingress":
		t.readiness = newIngress(s)
	default:
		return op.plainReadiness(s, generic)
	}
	return t, nil
}

// plainReadiness is for kinds whose own fields tell all. Like the published plugin it leaves out of account how long the
// program would wait.
func (op *operation) plainReadiness(s subject, generic trial) (trial, error) {
	t := trial{
		fixed:   true,
		timeout: fmt.Sprintf("Timeout occurred polling for '%s'", s.changed.GetName()),
		cancel:  fmt.Sprintf("Resource operation was cancelled for '%s'", s.changed.GetName()),
	}
	switch s.changed.GetAPIVersion() + "/" + s.changed.GetKind() {
	case "v1/PersistentVolume":
		t.readiness, t.patience = &simple{s, "persistentvolumes", volumeReady}, 5*time.Minute
	case "v1/PersistentVolumeClaim":
		t.readiness, t.patience = &simple{s, "persistentvolumeclaims", claimReady}, 5*time.Minute
	case "v1/ReplicationController":
		t.readiness, t.patience = &simple{s, "replicationcontrollers", replicasReady}, 10*time.Minute
	case "v1/ResourceQuota":
		t.readiness, t.patience = &simple{s, "resourcequotas", quotaReady}, time.Minute
	case "v1/Secret":
		if kind, _, _ := unstructured.NestedString(s.changed.Object, "type"); kind != "kubernetes.io/service-account-token" {
			return trial{}, nil
		}
		t.readiness, t.patience = &simple{s, "secrets", tokenReady}, 5*time.Second
	default:
		if os.Getenv("PULUMI_K8S_AWAIT_ALL") != "true" {
			return trial{}, nil
		}
		generic.readiness = &conditions{s, []func(*subject) (bool, error){computedReady}}
		return generic, nil
	}
	return t, nil
}
