package random

import (
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

const wrongHash = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"

// old states are what the published plugin's earlier versions recorded.
func TestOldStatesAreNoChange(t *testing.T) {
	full := func(more map[string]any) map[string]any {
		state := map[string]any{
			"id": "none", "result": "secret12", "length": 8.0, "special": true, "upper": true, "lower": true, "number": true,
			"minUpper": 0.0, "minLower": 0.0, "minNumeric": 0.0, "minSpecial": 0.0,
		}
		for name, value := range more {
			state[name] = value
		}
		return state
	}
	imported := map[string]any{"id": "none", "result": "secret12", "length": nil, "special": nil, "minUpper": nil}
	for _, test := range []struct {
		kind  string
		state map[string]any
		more  map[string]any
	}{
		{"String", full(nil), nil},
		{"String", full(map[string]any{"__meta": `{"schema_version":"1"}`}), nil},
		{"String", full(map[string]any{"number": false}), map[string]any{"numeric": false}},
		{"String", imported, nil},
		{"Password", full(nil), nil},
		{"Password", full(map[string]any{"__meta": `{"schema_version":"1"}`, "bcryptHash": wrongHash}), nil},
		{"Password", full(map[string]any{"__meta": `{"schema_version":"2"}`, "bcryptHash": wrongHash, "numeric": true}), nil},
		{"Password", imported, nil},
	} {
		inputs := map[string]any{"length": 8.0}
		for name, value := range test.more {
			inputs[name] = value
		}
		if diff := client(t, test.kind).Diff(test.state, inputs); len(diff.GetDiffs()) > 0 {
			t.Errorf("%s of %v: expected no change, got %v", test.kind, test.state, diff.GetDiffs())
		}
	}
}

func TestARefreshMakesTheHashThatIsMissingOrWrong(t *testing.T) {
	for meta, remade := range map[string]bool{"": true, `{"schema_version":"1"}`: false, `{"schema_version":"2"}`: true} {
		state, err := client(t, "Password").Refresh(map[string]any{"id": "none", "result": "secret12", "bcryptHash": wrongHash, "__meta": meta})
		if err != nil {
			t.Fatal(err)
		}
		fits := bcrypt.CompareHashAndPassword([]byte(state.Text("bcryptHash")), []byte("secret12")) == nil
		if fits != remade || state["__meta"] != `{"schema_version":"3"}` || state["result"] != "secret12" {
			t.Errorf("%s: expected a new hash to be made: %v, got %v", meta, remade, state)
		}
	}
	good, _ := bcrypt.GenerateFromPassword([]byte("secret12"), bcrypt.MinCost)
	kept, err := client(t, "Password").Refresh(map[string]any{"result": "secret12", "bcryptHash": string(good), "__meta": `{"schema_version":"2"}`})
	if err != nil || kept["bcryptHash"] != string(good) {
		t.Errorf("expected a good hash to be kept, got %v, %v", kept["bcryptHash"], err)
	}
}

func TestAStateOfTheFutureIsRefused(t *testing.T) {
	_, err := client(t, "String").Refresh(map[string]any{"result": "x", "__meta": `{"schema_version":"9"}`})
	if err == nil || !strings.Contains(err.Error(), "cannot be downgraded from resource schema version 9 to 2") {
		t.Errorf("expected a newer state to be refused, got %v", err)
	}
}
