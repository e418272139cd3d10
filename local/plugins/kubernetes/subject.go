package kubernetes

import "k8s.io/apimachinery/pkg/watch"

// subject is what every readiness knows of its object.
type subject struct {
	op       *operation
	changed  *object // as the change left it
	previous *object // before the change; nil if it was created
	now      *object // as last seen
}

func (s *subject) live() *object       { return s.now }
func (s *subject) troubles() []message { return nil }

// sees takes in a newer sight of the object itself; false if it is another one, outdated or deleted.
func (s *subject) sees(change watch.EventType, o *object) bool {
	if !s.is(o) || change == watch.Deleted || o.GetGeneration() < s.changed.GetGeneration() {
		return false
	}
	s.now = o
	return true
}

func (s *subject) is(o *object) bool {
	return o.GetKind() == s.changed.GetKind() && o.GetName() == s.changed.GetName()
}

func (s *subject) owns(o *object) bool { return isOwner(s.changed, o) }

func isOwner(owner, o *object) bool {
	for _, reference := range o.GetOwnerReferences() {
		if owner != nil && reference.UID == owner.GetUID() {
			return true
		}
	}
	return false
}
