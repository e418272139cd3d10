// Package tabletest talks to a plugin as the engine does.
package tabletest

import (
	"context"
	"os"
	"os/exec"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

// Client calls a plugin for resources of one type.
type Client struct {
	T      *testing.T
	Plugin pulumirpc.ResourceProviderServer
	Type   string
}

func (c Client) urn() string { return "urn:pulumi:test::project::" + c.Type + "::name" }

// Check gives why the inputs are refused.
func (c Client) Check(inputs map[string]any) (reasons []string) {
	c.T.Helper()
	response, err := c.Plugin.Check(context.Background(), &pulumirpc.CheckRequest{Urn: c.urn(), News: rpc.Encode(inputs)})
	if err != nil {
		return []string{err.Error()}
	}
	for _, failure := range response.GetFailures() {
		reasons = append(reasons, failure.GetReason())
	}
	return reasons
}

// Create makes a resource from inputs that must be good.
func (c Client) Create(inputs map[string]any) (id string, state table.Values) {
	c.T.Helper()
	if reasons := c.Check(inputs); len(reasons) > 0 {
		c.T.Fatalf("expected %v to be accepted, got %v", inputs, reasons)
	}
	response, err := c.Plugin.Create(context.Background(), &pulumirpc.CreateRequest{Urn: c.urn(), Properties: rpc.Encode(inputs)})
	if err != nil {
		c.T.Fatalf("expected %s from %v, got %v", c.Type, inputs, err)
	}
	state = rpc.Decode(response.GetProperties())
	if diff := c.Diff(state, inputs); len(diff.GetDiffs()) > 0 {
		c.T.Errorf("expected no difference after creation from %v, got %v", inputs, diff.GetDiffs())
	}
	return response.GetId(), state
}

// CreateError gives why a resource cannot be made.
func (c Client) CreateError(inputs map[string]any) string {
	c.T.Helper()
	_, err := c.Plugin.Create(context.Background(), &pulumirpc.CreateRequest{Urn: c.urn(), Properties: rpc.Encode(inputs)})
	if err == nil {
		c.T.Fatalf("expected an error from %v", inputs)
	}
	return err.Error()
}

// Preview tells what is known of a resource before it is made.
func (c Client) Preview(inputs map[string]any) table.Values {
	c.T.Helper()
	response, err := c.Plugin.Create(context.Background(), &pulumirpc.CreateRequest{Urn: c.urn(), Properties: rpc.Encode(inputs), Preview: true})
	if err != nil {
		c.T.Fatal(err)
	}
	return rpc.Decode(response.GetProperties())
}

// Diff plans a change.
func (c Client) Diff(state, inputs map[string]any) *pulumirpc.DiffResponse {
	c.T.Helper()
	response, err := c.Plugin.Diff(context.Background(), &pulumirpc.DiffRequest{Urn: c.urn(), Olds: rpc.Encode(state), News: rpc.Encode(inputs)})
	if err != nil {
		c.T.Fatal(err)
	}
	return response
}

// Update changes a resource in place.
func (c Client) Update(state, inputs map[string]any) (table.Values, error) {
	c.T.Helper()
	id, _ := state["id"].(string)
	response, err := c.Plugin.Update(context.Background(), &pulumirpc.UpdateRequest{
		Urn: c.urn(), Id: id, Olds: rpc.Encode(state), News: rpc.Encode(inputs),
	})
	return rpc.Decode(response.GetProperties()), err
}

// Import reads a resource by its id.
func (c Client) Import(id string) (inputs, state table.Values, err error) {
	c.T.Helper()
	response, err := c.Plugin.Read(context.Background(), &pulumirpc.ReadRequest{Urn: c.urn(), Id: id})
	return rpc.Decode(response.GetInputs()), rpc.Decode(response.GetProperties()), err
}

// Refresh reads a resource that a state has.
func (c Client) Refresh(state map[string]any) (table.Values, error) {
	c.T.Helper()
	response, err := c.Plugin.Read(context.Background(), &pulumirpc.ReadRequest{Urn: c.urn(), Id: "id", Properties: rpc.Encode(state)})
	return rpc.Decode(response.GetProperties()), err
}

// Run runs a command that must agree. Without it a test is skipped, but never in CI.
func Run(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil && os.Getenv("CI") == "" {
		t.Skipf("%s is not installed", name)
	}
	output, err := exec.Command(name, arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, arguments, err, output)
	}
	return string(output)
}

// Write makes a file that only its owner reads, as ssh-keygen wants it.
func Write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
