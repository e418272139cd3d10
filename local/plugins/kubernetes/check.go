package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"edge-registry/local/plugins/rpc"
)

// Check completes the program's inputs: their usual spelling, a name, a namespace. Whether they are valid is for the
// API server to say, in a dry run.
func (p *provider) Check(_ context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn := request.GetUrn()
	if p.cluster == nil && p.settings.skipUnreachable {
		p.warn(urn, "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...")
		return &pulumirpc.CheckResponse{Inputs: request.GetOlds()}, nil
	}
	gvk, err := kindOf(urn)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(gvk.Kind, "List") && isBuiltIn(gvk.GroupVersion().String()) {
		return nil, errors.New("list resources exist for compatibility with YAML manifests and Helm charts, " +
			"and cannot be created directly. Use the underlying resource type instead")
	}
	given := decode(request.GetNews())
	inputs, err := p.checkPatch(urn, normalize(toObject(given)))
	if err != nil {
		return nil, err
	}
	p.warnOfAnnotations(urn, inputs)
	if err := p.name(inputs, request); err != nil {
		return nil, err
	}
	p.warnOfAge(urn, gvk)
	if p.settings.namespace != "" && inputs.GetNamespace() == "" && p.namespaced(gvk) {
		inputs.SetNamespace(p.settings.namespace)
	}
	if isCRD(inputs) {
		if err := p.definitions.add(inputs); err != nil {
			return nil, err
		}
	}
	checked := convert(inputs.Object, nil).(properties)
	markSecrets(checked, given)
	if p.settings.renderTo != "" && hasSecret(checked) {
		p.warn(urn, "rendered YAML will contain a secret value in plaintext")
	}
	return &pulumirpc.CheckResponse{Inputs: rpc.Encode(checked)}, nil
}

func (p *provider) checkPatch(urn string, inputs *object) (*object, error) {
	if !isPatch(urn, inputs.GetKind()) {
		return inputs, nil
	}
	if !p.settings.serverSideApply {
		return nil, errors.New("patch resources require Server-Side Apply mode, which is enabled using the " +
			"`enableServerSideApply` Provider config")
	}
	if inputs.GetName() == "" {
		return nil, errors.New("patch resources require the `.metadata.name` field to be set")
	}
	return inputs, nil
}

// name keeps the name the object got before, or gives it its first one.
func (p *provider) name(inputs *object, request *pulumirpc.CheckRequest) error {
	olds := toObject(decode(request.GetOlds()))
	switch {
	case len(olds.Object) == 0:
		if err := autoname(inputs, request); err != nil {
			return err
		}
		if !p.settings.serverSideApply {
			label(inputs)
		}
	default:
		if !isNamed(inputs) && annotated(olds, autonamedAnnotation) {
			setAutoname(inputs, olds.GetName())
		}
		if olds.GetLabels()[managedByLabel] == managedBy() || isUnknown(olds, "metadata", "labels", managedByLabel) {
			label(inputs)
		}
	}
	switch {
	case isGenerateName(inputs) && p.settings.serverSideApply:
		return errors.New("the `.metadata.generateName` field is not supported in Server-Side Apply mode")
	case isGenerateName(inputs) && p.settings.renderTo != "":
		return errors.New("the `.metadata.generateName` field is not supported in YAML rendering mode")
	}
	return nil
}

const managedByLabel = "app.kubernetes.io/managed-by"

func managedBy() string {
	if value, given := os.LookupEnv("PULUMI_KUBERNETES_MANAGED_BY_LABEL"); given {
		return value
	}
	return "pulumi"
}

// label marks objects made without server-side apply, which leaves no better trace of who manages them.
func label(o *object) {
	metadata, known := o.Object["metadata"].(properties)
	if !known {
		return
	}
	switch labels := metadata["labels"].(type) {
	case rpc.Unknown:
	case properties:
		labels[managedByLabel] = managedBy()
	default:
		metadata["labels"] = properties{managedByLabel: managedBy()}
	}
}

var helmTest = regexp.MustCompile(`test|test-success|test-failure`)

func (p *provider) warnOfAnnotations(urn string, inputs *object) {
	hooks := false
	for key, value := range inputs.GetAnnotations() {
		if strings.HasPrefix(key, autonamedAnnotation) {
			p.warn(urn, fmt.Sprintf("ignoring user-specified value for internal annotation %q", key))
		}
		hooks = hooks || strings.HasPrefix(key, "helm.sh/hook") && helmTest.MatchString(value)
	}
	if hooks && !p.settings.hideHelmHookWarning {
		p.warn(urn, "This resource contains Helm hooks that are not currently supported by Pulumi. The resource will "+
			"be created, but any hooks will not be executed. Hooks support is tracked at "+
			"https://github.com/pulumi/pulumi-kubernetes/issues/555 -- This warning can be disabled by setting "+
			"the PULUMI_K8S_SUPPRESS_HELM_HOOK_WARNINGS environment variable")
	}
}

// warnOfAge says when the program uses an API version that is on its way out.
func (p *provider) warnOfAge(urn string, gvk schema.GroupVersionKind) {
	if p.cluster == nil {
		return
	}
	if removed := p.cluster.removal(gvk); removed != "" {
		p.warn(urn, removed)
	} else if outdated := p.cluster.deprecation(gvk); outdated != "" && !p.settings.hideDeprecations {
		p.warn(urn, outdated)
	}
}
