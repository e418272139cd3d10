package kubernetes

import (
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// A message is what a wait has to tell.
type message struct {
	severity pulumirpc.LogSeverity
	text     string
}

const (
	info    = pulumirpc.LogSeverity_INFO
	warning = pulumirpc.LogSeverity_WARNING
	failure = pulumirpc.LogSeverity_ERROR
)

// progress shows how a wait goes on, each message once.
type progress struct {
	*provider
	urn   string
	mutex sync.Mutex
	shown map[message]bool
}

func (p *provider) progress(urn string) *progress {
	return &progress{provider: p, urn: urn, shown: map[message]bool{}}
}

func (p *progress) info(text string) { p.say(message{info, text}) }

func (p *progress) warning(text string) { p.say(message{warning, text}) }

func (p *progress) say(m message) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if !p.shown[m] {
		p.shown[m] = true
		p.engine.Status(p.running, m.severity, p.urn, m.text)
	}
}

// steps shows how far an object is on its way.
func (p *progress) steps(checks []check) {
	for _, c := range checks {
		p.info(c.waiting)
	}
}

// clear empties the line: the wait is over.
func (p *progress) clear() { p.engine.Status(p.running, info, p.urn, "") }
