package kubernetes

import (
	"context"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// stub is a cluster that gives every request the same answer.
type stub struct {
	dynamic.NamespaceableResourceInterface
	answer *object
	err    error
	patch  []byte // the last one
	kind   types.PatchType
}

func (s *stub) Resource(schema.GroupVersionResource) dynamic.NamespaceableResourceInterface { return s }
func (s *stub) Namespace(string) dynamic.ResourceInterface                                  { return s }

func (s *stub) Get(context.Context, string, metav1.GetOptions, ...string) (*object, error) {
	return s.answer, s.err
}

func (s *stub) Create(context.Context, *object, metav1.CreateOptions, ...string) (*object, error) {
	return s.answer, s.err
}

func (s *stub) Delete(context.Context, string, metav1.DeleteOptions, ...string) error { return s.err }

func (s *stub) Patch(
	_ context.Context, _ string, kind types.PatchType, data []byte, _ metav1.PatchOptions, _ ...string,
) (*object, error) {
	s.patch, s.kind = data, kind
	return s.answer, s.err
}

// against gives a provider the stub for its cluster, which serves the kinds.
func (s *stub) against(kinds ...schema.GroupVersionKind) *provider {
	mapper := meta.NewDefaultRESTMapper(nil)
	for _, kind := range kinds {
		mapper.Add(kind, meta.RESTScopeNamespace)
	}
	p := offline()
	p.cluster = &cluster{client: s, mapper: unknowing{mapper}, major: 1, minor: 34}
	return p
}
