package minio

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
	"edge-registry/local/plugins/table/tabletest"
)

func ilm(t *testing.T, config map[string]any) tabletest.Client {
	c := client(t, "", config)
	c.Type = "minio:index/ilmPolicy:IlmPolicy"
	return c
}

func rules(rules ...any) map[string]any { return map[string]any{"bucket": "images", "rules": rules} }

func TestRulesAreSetChangedReadAndRemoved(t *testing.T) {
	fake, config := newFakeDocuments(t)
	c := ilm(t, config)
	logs := map[string]any{"id": "logs", "filter": "logs/", "noncurrentVersionExpirationDays": 3.0, "tags": map[string]any{"b": "2", "a": "1"}}
	old := map[string]any{"id": "old", "expiration": "7d", "filter": "old/"}
	id, state := c.Create(rules(old, logs))
	for _, want := range []string{
		"<Expiration><Days>7</Days></Expiration><ID>old</ID><Filter><Prefix>old/</Prefix></Filter><Status>Enabled</Status>",
		"<Filter><And><Prefix>logs/</Prefix><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag></And></Filter>",
		"<NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays></NoncurrentVersionExpiration>",
	} {
		if !strings.Contains(fake.kept["lifecycle"], want) {
			t.Errorf("expected %s, got %s", want, fake.kept["lifecycle"])
		}
	}
	want := `[{"expiration":"7d","filter":"old/","id":"old","noncurrentVersionExpirationDays":0,"status":"Enabled","tags":null},` +
		`{"expiration":"","filter":"logs/","id":"logs","noncurrentVersionExpirationDays":3,"status":"Enabled","tags":{"a":"1","b":"2"}}]`
	if got := asJSON(state["rules"]); id != "images" || got != want {
		t.Errorf("expected %s for images, got %s for %s", want, got, id)
	}
	old["expiration"] = "8d"
	state, err := c.Update(state, rules(old, logs))
	if err != nil || !strings.Contains(fake.kept["lifecycle"], "<Days>8<") || state.Objects("rules")[0]["expiration"] != "8d" {
		t.Errorf("expected 8 days, got %v, %s, %v", state, fake.kept["lifecycle"], err)
	}
	inputs, _, err := c.Import(id)
	want = `[{"__defaults":[],"expiration":"8d","filter":"old/","id":"old"},{"__defaults":[],"filter":"logs/","id":"logs",` +
		`"noncurrentVersionExpirationDays":3,"tags":{"__defaults":[],"a":"1","b":"2"}}]`
	if got := asJSON(inputs["rules"]); err != nil || got != want {
		t.Errorf("expected %s, got %s, %v", want, got, err)
	}
	if reasons, diff := c.Check(inputs), c.Diff(state, inputs).GetDiffs(); len(reasons) > 0 || len(diff) > 0 {
		t.Errorf("expected what is imported to be right, got %v, %v", reasons, diff)
	}
	for range 2 {
		if err := remove(c, id, state); err != nil || len(fake.kept) > 0 {
			t.Errorf("expected no rules and no error, got %v, %v", fake.kept, err)
		}
	}
	for _, gone := range []func(){func() {}, func() { state["id"] = "elsewhere" }} {
		gone()
		if refreshed, err := c.Refresh(state); err != nil || len(refreshed) > 0 {
			t.Errorf("expected what is gone to be forgotten, got %v, %v", refreshed, err)
		}
	}
}

func TestRulesThatCannotBeSetAreStillADifference(t *testing.T) {
	fake, config := newFakeDocuments(t)
	c := ilm(t, config)
	_, state := c.Create(rules(map[string]any{"id": "old", "expiration": "7d"}))
	empty := rules(map[string]any{"id": "old"})
	fake.refuse = "MalformedXML"
	want := "[FATAL] creating bucket lifecycle failed (images): MalformedXML\n"
	if got := c.CreateError(empty); !strings.Contains(got, want) {
		t.Errorf("expected %q, got %q", want, got)
	}
	want = "[FATAL] reading lifecycle configuration failed (images): MalformedXML\n"
	if _, err := c.Refresh(state); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("expected %q, got %v", want, err)
	}
	fake.refuse = ""
	updated, err := c.Update(state, map[string]any{"bucket": "elsewhere", "rules": empty["rules"]})
	if diff := c.Diff(updated, empty); err != nil || asJSON(diff.GetDetailedDiff()) != `{"rules[0].expiration":{"kind":2}}` {
		t.Errorf("expected the difference to stay, got %v, %v, %v", updated, diff, err)
	}
	delete(fake.kept, "lifecycle")
	want = "Resource provider reported that the resource did not exist while updating"
	if _, err := c.Update(state, map[string]any{"bucket": "elsewhere", "rules": empty["rules"]}); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("expected %q, got %v", want, err)
	}
}

func TestDifferencesAreToldInsideTheRules(t *testing.T) {
	c := ilm(t, map[string]any{"minioServer": "localhost"})
	made := func(id, expiration string, tags map[string]any) map[string]any {
		return map[string]any{
			"id": id, "expiration": expiration, "filter": "", "noncurrentVersionExpirationDays": 0.0, "status": "Enabled", "tags": tags,
		}
	}
	state := rules(made("a", "1d", map[string]any{}), made("b", "2d", map[string]any{"team": "x", "app/name": "y"}))
	state["id"] = "images"
	a := map[string]any{"id": "a", "expiration": "1d"}
	b := func(more map[string]any) map[string]any {
		rule := map[string]any{"id": "b", "expiration": "2d", "tags": map[string]any{"team": "x", "app/name": "y"}}
		maps.Copy(rule, more)
		return rule
	}
	for _, test := range []struct {
		inputs map[string]any
		want   string
	}{
		{rules(a, b(nil)), "{}"},
		{rules(a, b(map[string]any{"filter": "", "noncurrentVersionExpirationDays": 0.0})), "{}"},
		{rules(a, b(map[string]any{"filter": "logs/"})), `{"rules[1].filter":"UPDATE"}`},
		{rules(a, b(map[string]any{"expiration": rpc.Unknown{}})), `{"rules[1].expiration":"UPDATE"}`},
		{rules(a, b(map[string]any{"tags": nil})), `{"rules[1].tags.team":"DELETE","rules[1].tags[\"app/name\"]":"DELETE"}`},
		{rules(a, b(map[string]any{"tags": map[string]any{"team": rpc.Unknown{}}})), `{"rules[1].tags":"UPDATE"}`},
		{rules(a), `{"rules[1]":"DELETE"}`},
		{rules(a, b(nil), a), `{"rules[2]":"ADD"}`},
		{rules(), `{"rules":"DELETE"}`},
		{rules(a, rpc.Unknown{}), `{"rules":"UPDATE"}`},
		{map[string]any{"bucket": "others", "rules": []any{a, b(nil)}}, `{"bucket":"UPDATE_REPLACE"}`},
	} {
		kinds := map[string]string{}
		for path, detail := range c.Diff(state, test.inputs).GetDetailedDiff() {
			kinds[path] = detail.GetKind().String()
		}
		if got := asJSON(kinds); got != test.want {
			t.Errorf("%v: expected %s, got %s", test.inputs, test.want, got)
		}
	}
	response, err := c.Plugin.Update(t.Context(), &pulumirpc.UpdateRequest{
		Urn: "urn:pulumi:t::p::" + c.Type + "::name", Id: "images", Preview: true, Olds: rpc.Encode(state),
		News: rpc.Encode(rules(a, map[string]any{"id": "b"}, a)),
	})
	want := `[{"expiration":"1d","filter":"","id":"a","noncurrentVersionExpirationDays":0,"status":"Enabled","tags":{}},` +
		`{"expiration":null,"filter":"","id":"b","noncurrentVersionExpirationDays":0,"status":"Enabled","tags":{}},` +
		`{"expiration":"1d","filter":null,"id":"a","noncurrentVersionExpirationDays":null,"status":null,"tags":null}]`
	if got := asJSON(rpc.Decode(response.GetProperties())["rules"]); err != nil || got != want {
		t.Errorf("expected %s, got %s, %v", want, got, err)
	}
	if rule := c.Preview(rules(a)).Objects("rules")[0]; rule["status"] != any(rpc.Unknown{}) || rule["id"] != "a" {
		t.Errorf("expected a status that nobody knows yet, got %v", rule)
	}
	if previewed := c.Preview(rules(a, rpc.Unknown{})); previewed["rules"] != any(rpc.Unknown{}) {
		t.Errorf("expected rules that nobody knows yet, got %v", previewed)
	}
}

func TestARefreshAddsNoInputs(t *testing.T) {
	fake, config := newFakeDocuments(t)
	c := ilm(t, config)
	inputs := rules(map[string]any{"id": "old", "expiration": "7d", "__defaults": []any{}})
	id, state := c.Create(inputs)
	fake.kept["lifecycle"] = strings.NewReplacer("<Days>7<", "<Days>9<", "</Rule>", "</Rule><Rule><ID>new</ID><Status>Disabled</Status></Rule>").
		Replace(fake.kept["lifecycle"])
	read, err := c.Plugin.Read(t.Context(), &pulumirpc.ReadRequest{
		Urn: "urn:pulumi:t::p::" + c.Type + "::name", Id: id, Properties: rpc.Encode(state), Inputs: rpc.Encode(inputs),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := asJSON(rpc.Decode(read.GetInputs())), `{"bucket":"images","rules":[{"expiration":"9d","id":"old"}]}`; got != want {
		t.Errorf("expected %s, got %s", want, got)
	}
	statuses := []any{}
	for _, rule := range table.Values(rpc.Decode(read.GetProperties())).Objects("rules") {
		statuses = append(statuses, rule["status"])
	}
	if !slices.Equal(statuses, []any{"Enabled", "Disabled"}) {
		t.Errorf("expected both rules, got %v", statuses)
	}
}

func TestTheSchemaTellsOfRules(t *testing.T) {
	response, err := New(&rpc.Engine{}).GetSchema(t.Context(), &pulumirpc.GetSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Types map[string]struct {
			Properties map[string]any
			Required   []string
		}
	}
	if err := json.Unmarshal([]byte(response.GetSchema()), &schema); err != nil {
		t.Fatal(err)
	}
	rule := schema.Types["minio:index/IlmPolicyRule:IlmPolicyRule"]
	if rule.Properties["status"] == nil || !slices.Equal(rule.Required, []string{"id"}) {
		t.Errorf("expected a status, and an id that must be given, got %v", rule)
	}
}
