package kubernetes

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"edge-registry/local/plugins/rpc"
)

// The annotations programs steer this plugin with; the first is the plugin's own mark.
const (
	autonamedAnnotation      = "pulumi.com/autonamed"
	skipAwaitAnnotation      = "pulumi.com/skipAwait"
	waitForAnnotation        = "pulumi.com/waitFor"
	timeoutAnnotation        = "pulumi.com/timeoutSeconds"
	replaceUnreadyAnnotation = "pulumi.com/replaceUnready"
	patchForceAnnotation     = "pulumi.com/patchForce"
	fieldManagerAnnotation   = "pulumi.com/patchFieldManager"
	propagationAnnotation    = "pulumi.com/deletionPropagationPolicy"

	lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration" // kubectl's, and of plugins before 4.0
)

// annotated tells whether the annotation says "true".
func annotated(o *object, annotation string) bool {
	return o.GetAnnotations()[annotation] == "true"
}

// autoname names an object that the program did not name. The mark tells Diff that a replacement may get a new name,
// and so be created before the old object goes.
func autoname(o *object, request *pulumirpc.CheckRequest) error {
	if isNamed(o) || isGenerateName(o) {
		return nil
	}
	name, err := resource.NewUniqueName(request.GetRandomSeed(), nameOf(request.GetUrn())+"-", 0, 0, nil)
	if err != nil {
		return err
	}
	if engine := request.GetAutonaming(); engine != nil {
		if engine.GetMode() == pulumirpc.CheckRequest_AutonamingOptions_DISABLE {
			return errors.New("autonaming is disabled, resource requires the .metadata.name field to be set")
		}
		name = engine.GetProposedName()
	}
	setAutoname(o, name)
	return nil
}

func setAutoname(o *object, name string) {
	o.SetName(name)
	// Not SetAnnotations: other annotations may still be unknown.
	metadata, known := o.Object["metadata"].(properties)
	if !known {
		return
	}
	switch annotations := metadata["annotations"].(type) {
	case rpc.Unknown:
	case properties:
		annotations[autonamedAnnotation] = "true"
	default:
		metadata["annotations"] = properties{autonamedAnnotation: "true"}
	}
}

// isNamed tells whether the object has a name of its own, be it one that is still unknown.
func isNamed(o *object) bool {
	return o.GetName() != "" || isUnknown(o, "metadata", "name")
}

func isGenerateName(o *object) bool {
	return !isNamed(o) && (o.GetGenerateName() != "" || isUnknown(o, "metadata", "generateName"))
}

func isUnknown(o *object, path ...string) bool {
	value, _, _ := unstructured.NestedFieldNoCopy(o.Object, path...)
	_, unknown := value.(rpc.Unknown)
	return unknown
}
