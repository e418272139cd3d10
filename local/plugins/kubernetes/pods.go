package kubernetes

import (
	"errors"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
)

// A check is one step on an object's way to being ready.
type check struct {
	ok      bool
	waiting string  // what for
	trouble message // what stands against it, if anything
}

// passed tells whether the last step is done, and so all are.
func passed(checks []check) bool { return len(checks) > 0 && checks[len(checks)-1].ok }

// checkPod goes through a pod's steps up to the first that is not done.
func checkPod(o *object) []check {
	var pod corev1.Pod
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &pod); err != nil {
		return []check{{}}
	}
	name := qualified(o)
	steps := []struct {
		condition corev1.PodConditionType
		waiting   string
	}{
		{corev1.PodScheduled, "Waiting for Pod %q to be scheduled"},
		{corev1.PodInitialized, "Waiting for Pod %q to be initialized"},
		{corev1.PodReady, "Waiting for Pod %q to be ready"},
	}
	var checks []check
	for _, step := range steps {
		c := check{waiting: fmt.Sprintf(step.waiting, name)}
		if condition := podCondition(pod.Status, step.condition); condition != nil {
			c.ok = condition.Status == corev1.ConditionTrue ||
				step.condition == corev1.PodReady && pod.Status.Phase == corev1.PodSucceeded
			if !c.ok {
				c.trouble = podTrouble(name, condition, pod.Status.ContainerStatuses)
			}
		}
		checks = append(checks, c)
		if !c.ok {
			break
		}
	}
	return checks
}

func podCondition(status corev1.PodStatus, wanted corev1.PodConditionType) *corev1.PodCondition {
	for i := range status.Conditions {
		if status.Conditions[i].Type == wanted {
			return &status.Conditions[i]
		}
	}
	return nil
}

func podTrouble(name string, condition *corev1.PodCondition, containers []corev1.ContainerStatus) message {
	said := ""
	if condition.Reason != "" && condition.Message != "" {
		said = condition.Message
	}
	if condition.Type == corev1.PodScheduled {
		if said == "" {
			return message{}
		}
		return message{info, said}
	}
	var found []error
	for _, container := range containers {
		if !container.Ready {
			found = append(found, containerTrouble(container)...)
		}
	}
	err := errors.Join(found...)
	if err == nil && condition.Message == "" {
		return message{}
	}
	text := fmt.Sprintf("[Pod %s]: %s", name, said)
	if err != nil {
		text += err.Error()
	}
	return message{warning, text}
}

func containerTrouble(of corev1.ContainerStatus) []error {
	var found []error
	if waiting := of.State.Waiting; waiting != nil && waiting.Reason != "ContainerCreating" {
		found = append(found, fmt.Errorf("[%s] %s", waiting.Reason, pullMessage(waiting.Message)))
	}
	if ended := of.State.Terminated; ended != nil && ended.Reason != "" {
		if ended.Message != "" {
			found = append(found, fmt.Errorf("[%s] %s", ended.Reason, pullMessage(ended.Message)))
		} else {
			found = append(found, fmt.Errorf("container %q completed with exit code %d", of.Name, ended.ExitCode))
		}
	}
	if ended := of.LastTerminationState.Terminated; ended != nil {
		found = append(found, fmt.Errorf("container %q terminated at %s (%s: exit code %d)",
			of.Name, ended.FinishedAt.UTC().Format(time.RFC3339Nano), ended.Reason, ended.ExitCode))
		if ended.Message != "" {
			found = append(found, errors.New(ended.Message))
		}
	}
	return found
}

// pullMessage is an image pull's error without what Docker puts around it.
func pullMessage(text string) string {
	text = strings.TrimPrefix(text, "rpc error: code = Unknown desc = Error response from daemon: ")
	return strings.TrimSuffix(text, ": manifest unknown")
}

// qualified is the object's name, with its namespace unless that is the default one.
func qualified(o *object) string {
	if namespace := o.GetNamespace(); namespace != "" && namespace != "default" {
		return namespace + "/" + o.GetName()
	}
	return o.GetName()
}

func warnings(checks []check) []message {
	var found []message
	for _, c := range checks {
		if c.trouble.severity == warning || c.trouble.severity == failure {
			found = append(found, c.trouble)
		}
	}
	return found
}

// podSet are the pods in a namespace, by name.
type podSet map[string]*object

func (p podSet) observe(change watch.EventType, o *object) {
	if change == watch.Deleted {
		delete(p, o.GetName())
	} else {
		p[o.GetName()] = o
	}
}

func (p podSet) troubles(owner *object) []message {
	var found []message
	for _, pod := range p {
		if isOwner(owner, pod) {
			found = append(found, warnings(checkPod(pod))...)
		}
	}
	return found
}

func texts(messages []message) []string {
	var all []string
	for _, m := range messages {
		all = append(all, m.text)
	}
	return all
}

// pod is the readiness of a pod made by the program itself.
type pod struct {
	subject
	checks []check
}

func (p *pod) watched() []schema.GroupVersionResource { return []schema.GroupVersionResource{pods} }

func (p *pod) observe(_ watch.EventType, o *object) error {
	if p.is(o) {
		p.checks, p.now = checkPod(o), o
		p.op.progress.steps(p.checks)
	}
	return nil
}

func (p *pod) restartsFor(*object) bool { return true }

func (p *pod) ready() bool { return passed(p.checks) }

func (p *pod) reasons() []string { return texts(warnings(p.checks)) }
