package random

import (
	"fmt"
	"math/rand"
	"reflect"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"golang.org/x/crypto/bcrypt"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
	"edge-registry/local/plugins/table/tabletest"
)

func client(t *testing.T, kind string) tabletest.Client {
	token := fmt.Sprintf("random:index/random%s:Random%s", kind, kind)
	return tabletest.Client{T: t, Plugin: New(&rpc.Engine{}), Type: token}
}

// count tells how many characters of text are in a set.
func count(text, set string) (found int) {
	for _, character := range text {
		if strings.ContainsRune(set, character) {
			found++
		}
	}
	return found
}

func TestCompositionRulesHold(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for range 300 {
		sets := map[string]string{"Upper": uppers, "Lower": lowers, "Numeric": digits, "Special": specials}
		inputs, allowed, least := map[string]any{}, "", 0
		if random.Intn(2) == 0 {
			sets["Special"] = "_äß"
			inputs["overrideSpecial"] = sets["Special"]
		}
		for name, set := range sets {
			if random.Intn(3) == 0 && allowed != "" {
				inputs[strings.ToLower(name)] = false
				continue
			}
			minimum := random.Intn(4)
			inputs["min"+name] = float64(minimum)
			allowed, least = allowed+set, least+minimum
		}
		length := max(least, 1) + random.Intn(30)
		inputs["length"] = float64(length)
		_, state := client(t, "String").Create(inputs)
		result := state.Text("result")
		if len([]rune(result)) != length || count(result, allowed) != length {
			t.Fatalf("expected %d of %q, got %q from %v", length, allowed, result, inputs)
		}
		for name, set := range sets {
			if minimum, given := inputs["min"+name].(float64); given && count(result, set) < int(minimum) {
				t.Fatalf("expected %v of %q, got %q from %v", minimum, set, result, inputs)
			}
		}
	}
}

func TestEveryCharacterIsDrawn(t *testing.T) {
	_, state := client(t, "String").Create(map[string]any{"length": 5000.0})
	for _, character := range uppers + lowers + digits + specials {
		if !strings.ContainsRune(state.Text("result"), character) {
			t.Errorf("expected %q among 5,000 characters", character)
		}
	}
}

func TestBcryptHashIsOfTheFirst72Bytes(t *testing.T) {
	_, state := client(t, "Password").Create(map[string]any{"length": 100.0})
	hash := []byte(state.Text("bcryptHash"))
	if err := bcrypt.CompareHashAndPassword(hash, []byte(state.Text("result")[:72])); err != nil {
		t.Error(err)
	}
	if cost, _ := bcrypt.Cost(hash); cost != 10 {
		t.Errorf("expected cost 10, got %d", cost)
	}
	if state.Text("id") != "none" {
		t.Errorf("expected id none, got %q", state.Text("id"))
	}
}

func TestHtpasswdTakesTheHash(t *testing.T) {
	_, state := client(t, "Password").Create(map[string]any{"length": 20.0, "overrideSpecial": "_-"})
	file := t.TempDir() + "/htpasswd"
	tabletest.Write(t, file, "user:"+state.Text("bcryptHash")+"\n")
	tabletest.Run(t, "htpasswd", "-vb", file, "user", state.Text("result"))
}

// The values were made by the published plugin.
func TestSeedsGiveThePublishedValues(t *testing.T) {
	for seed, want := range map[string]float64{"edge": 64618, "a": 85583} {
		_, state := client(t, "Integer").Create(map[string]any{"min": 1.0, "max": 100000.0, "seed": seed})
		if state["result"] != want {
			t.Errorf("seed %q: expected %v, got %v", seed, want, state["result"])
		}
	}
	inputs := map[string]any{"inputs": []any{"a", "b", "c", "d"}, "seed": "edge", "resultCount": 6.0}
	_, state := client(t, "Shuffle").Create(inputs)
	if got := strings.Join(state.Strings("results"), ""); got != "bcdadb" {
		t.Errorf("expected bcdadb, got %s", got)
	}
}

func TestShuffleKeepsWhatItIsGiven(t *testing.T) {
	random := rand.New(rand.NewSource(2))
	for range 200 {
		inputs := make([]any, random.Intn(8))
		for i := range inputs {
			inputs[i] = fmt.Sprint(i)
		}
		wanted := random.Intn(20)
		_, state := client(t, "Shuffle").Create(map[string]any{"inputs": inputs, "resultCount": float64(wanted)})
		results := state.Strings("results")
		if len(inputs) == 0 {
			wanted = 0
		}
		if len(results) != wanted {
			t.Fatalf("expected %d results, got %v", wanted, results)
		}
		seen := map[string]int{}
		for _, result := range results {
			seen[result]++
		}
		for _, times := range seen {
			if fair := (wanted + len(inputs) - 1) / len(inputs); times > fair {
				t.Fatalf("expected each at most %d times, got %v", fair, results)
			}
		}
	}
}

func TestImportGivesWhatWasMade(t *testing.T) {
	for kind, inputs := range map[string]map[string]any{
		"Bytes": {"length": 9.0}, "Id": {"byteLength": 9.0}, "Uuid": {}, "Uuid4": {}, "Uuid7": {},
		"Integer": {"min": 3.0, "max": 9.0}, "String": {"length": 9.0},
	} {
		id, made := client(t, kind).Create(inputs)
		if kind == "Integer" {
			id += ",3,9"
		}
		given, imported, err := client(t, kind).Import(id)
		if err != nil || !reflect.DeepEqual(imported, made) {
			t.Errorf("%s: expected %v, got %v (%v)", kind, made, imported, err)
		}
		if diff := client(t, kind).Diff(imported, inputs); len(diff.GetDiffs()) > 0 {
			t.Errorf("%s: expected the inputs to fit, got %v for %v", kind, diff.GetDiffs(), given)
		}
	}
	for kind, id := range map[string]string{"Bytes": "!", "Id": "!", "Uuid": "x", "Uuid4": "x", "Integer": "1,2", "Pet": "dog", "Shuffle": "-"} {
		if _, _, err := client(t, kind).Import(id); err == nil {
			t.Errorf("%s: expected %q to be refused", kind, id)
		}
	}
}

func TestWhatReplacesAndWhatDoesNot(t *testing.T) {
	for _, test := range []struct {
		from, to map[string]any
		replaces string
	}{
		{map[string]any{}, map[string]any{"length": 9.0}, "length"},
		{map[string]any{}, map[string]any{"special": false}, "special"},
		{map[string]any{}, map[string]any{"numeric": false}, "number numeric"},
		{map[string]any{"overrideSpecial": ""}, map[string]any{}, ""},
		{map[string]any{"overrideSpecial": "x"}, map[string]any{}, "overrideSpecial"},
		{map[string]any{}, map[string]any{"overrideSpecial": rpc.Unknown{}}, ""},
		{map[string]any{}, map[string]any{"keepers": map[string]any{"a": nil}}, ""},
		{map[string]any{}, map[string]any{"keepers": map[string]any{"a": "1"}}, "keepers"},
		{map[string]any{"keepers": map[string]any{"a": "1"}}, map[string]any{}, "keepers"},
		{map[string]any{}, map[string]any{"minUpper": 1.0}, "minUpper"},
	} {
		inputs := func(changes map[string]any) map[string]any {
			all := map[string]any{"length": 8.0}
			for name, value := range changes {
				all[name] = value
			}
			return all
		}
		_, state := client(t, "String").Create(inputs(test.from))
		if got := strings.Join(client(t, "String").Diff(state, inputs(test.to)).GetReplaces(), " "); got != test.replaces {
			t.Errorf("%v to %v: expected %q to replace, got %q", test.from, test.to, test.replaces, got)
		}
	}
}

func TestUnknownsStayUnknownInPreviews(t *testing.T) {
	state := client(t, "Password").Preview(map[string]any{"length": rpc.Unknown{}})
	for _, name := range []string{"length", "result", "bcryptHash", "id"} {
		if !table.Unknown(state[name]) {
			t.Errorf("expected %s to be unknown, got %v", name, state[name])
		}
	}
	if state["upper"] != true || state["minUpper"] != 0.0 {
		t.Errorf("expected the defaults to be known, got %v", state)
	}
}

func TestNegativeLengthsAreRefused(t *testing.T) {
	for kind, inputs := range map[string]map[string]any{
		"String": {"length": 8.0, "minUpper": -1.0}, "Password": {"length": 8.0, "minSpecial": -1.0, "special": true},
		"Id": {"byteLength": -1.0}, "Shuffle": {"inputs": []any{"a"}, "resultCount": -1.0},
	} {
		if err := client(t, kind).CreateError(inputs); !strings.Contains(err, "must not be negative, got -1") {
			t.Errorf("%s: expected %v to be refused, got %q", kind, inputs, err)
		}
	}
	if _, state := client(t, "Shuffle").Create(map[string]any{"inputs": []any{}, "resultCount": -1.0}); len(state.Strings("results")) > 0 {
		t.Errorf("expected nothing of nothing, got %v", state)
	}
}

func TestBadInputsAreRefused(t *testing.T) {
	for _, test := range []struct {
		inputs map[string]any
		reason string
	}{
		{map[string]any{}, "Missing required property 'length': The length of the string desired."},
		{map[string]any{"length": 0.0}, "Invalid Attribute Value. Attribute length value must be at least 1, got: 0. Examine values at 'name.length'."},
		{map[string]any{"length": 3.0, "minUpper": 2.0, "minLower": 2.0}, "must be at least sum of min_upper + min_lower + min_numeric + min_special, got: 3"},
		{map[string]any{"length": 1.5}, "is not an integer"},
		{map[string]any{"length": "abc"}, "Expected a Number"},
		{map[string]any{"length": 8.0, "special": "yes"}, "Expected a Boolean"},
		{map[string]any{"length": 8.0, "result": "mine"}, "Invalid Configuration for Read-Only Attribute"},
		{map[string]any{"length": 8.0, "special": false, "upper": false, "lower": false, "numeric": false}, "At least one attribute out of [special,upper,lower,numeric] must be specified as true"},
	} {
		if reasons := strings.Join(client(t, "String").Check(test.inputs), "\n"); !strings.Contains(reasons, test.reason) {
			t.Errorf("%v: expected %q, got %q", test.inputs, test.reason, reasons)
		}
	}
	wrongType := rpc.Encode(map[string]any{"length": "abc"})
	c := client(t, "String")
	if _, err := c.Plugin.Check(t.Context(), &pulumirpc.CheckRequest{Urn: "urn:pulumi:t::p::" + c.Type + "::name", News: wrongType}); err == nil ||
		!strings.Contains(err.Error(), `objectEncoder failed on property "length"`) {
		t.Errorf("expected a wrong type to be an error, not a failed check, got %v", err)
	}
	both := map[string]any{"length": 8.0, "number": true, "numeric": false}
	if err := client(t, "String").CreateError(both); !strings.Contains(err, "Number is deprecated, use numeric instead") {
		t.Error(err)
	}
	if err := client(t, "Integer").CreateError(map[string]any{"min": 5.0, "max": 1.0}); !strings.Contains(err, "needs to be smaller than or equal") {
		t.Error(err)
	}
}
