package kubernetes

import (
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// An operation is one request of the engine's to change or read one object.
type operation struct {
	*provider
	urn        string
	preview    bool
	timeout    float64 // seconds, as the program set it; 0 if it did not
	apiVersion string  // the one the object was made with
	manager    string
	progress   *progress
}

func (p *provider) operation(urn string, preview bool, timeout float64) *operation {
	return &operation{provider: p, urn: urn, preview: preview, timeout: timeout, progress: p.progress(urn)}
}

// from gives the operation what state keeps beside the object.
func (op *operation) from(state properties, inputs, named *object) *operation {
	op.manager = op.provider.manager(state, named)
	op.apiVersion = inputs.GetAPIVersion()
	if stored, found := state[initialAPIVersionKey].(string); found {
		op.apiVersion = stored
	}
	return op
}

func (op *operation) checkpoint(inputs, live *object, source properties) *structpb.Struct {
	return checkpoint(inputs, live, source, op.apiVersion, op.manager)
}

func (op *operation) dryRun() []string {
	if op.preview {
		return []string{metav1.DryRunAll}
	}
	return nil
}

// patience is how long to wait for the object: customTimeouts, else the annotation, else otherwise.
func (op *operation) patience(inputs *object, otherwise time.Duration) time.Duration {
	if op.timeout != 0 {
		return time.Duration(op.timeout * float64(time.Second))
	}
	if seconds, err := strconv.Atoi(inputs.GetAnnotations()[timeoutAnnotation]); err == nil {
		return time.Duration(seconds) * time.Second
	}
	return otherwise
}
