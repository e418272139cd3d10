package minio

import (
	"strings"
	"testing"

	"edge-registry/local/plugins/rpc"
)

func TestExpirationsAreReadAsTheyAreWritten(t *testing.T) {
	_, config := newFakeDocuments(t)
	c := ilm(t, config)
	for given, want := range map[string]string{
		"7d": "7d", "10 days": "", "2d and more": "2d", "2035-01-31": "2035-01-31", "DeleteMarker": "DeleteMarker",
		"": "", "0d": "", "d": "", "2035-02-30": "", "deletemarker": "",
	} {
		if got := expirationText(expirationOf(given)); got != want {
			t.Errorf("%q: expected %q, got %q", given, want, got)
		}
		inputs := rules(map[string]any{"id": "old", "expiration": given})
		reasons := strings.Join(c.Check(inputs), "\n")
		refused := `expiration must be a duration (5d), date (1970-01-01), or "DeleteMarker". Examine values at 'name.rules[0].expiration'.`
		if want == "" && reasons != refused {
			t.Errorf("%q: expected %q, got %q", given, refused, reasons)
		} else if want != "" {
			_, state := c.Create(rules(map[string]any{"id": "old", "expiration": want}))
			if got := state.Objects("rules")[0]["expiration"]; got != want {
				t.Errorf("expected %q, got %q", want, got)
			}
		}
	}
}

func TestBadRulesAreRefused(t *testing.T) {
	c := ilm(t, map[string]any{"minioServer": "localhost"})
	rule := func(name string, value any) map[string]any {
		return rules(map[string]any{"id": "fine"}, map[string]any{"id": "bad", name: value})
	}
	for _, test := range []struct {
		inputs map[string]any
		reason string
	}{
		{map[string]any{"bucket": "images"}, `The argument "rule" is required, but no definition was found.. Examine values at 'name.rules'.`},
		{rules(map[string]any{"filter": "a"}), `The argument "rule.0.id" is required, but no definition was found.. Examine values at 'name.rules[0].id'.`},
		{rule("status", "Enabled"), `Can't configure a value for "rule.1.status": its value will be decided`},
		{rule("colour", "red"), "Invalid or unknown key. Examine values at 'name.rules[1].colour'."},
		{rule("noncurrentVersionExpirationDays", 0.0), "noncurrent_version_expiration_days must be strictly positive. Examine values at 'name.rules[1].noncurrent"},
		{rule("noncurrentVersionExpirationDays", "x"), `noncurrent_version_expiration_days: strconv.ParseInt: parsing "x": invalid syntax.`},
		{rule("tags", "a"), "Attribute must be a map. Examine values at 'name.rules[1].tags'."},
		{rules("a"), "Expected Object Type. Expected object, got string. Examine values at 'name.rules[0]'."},
		{rules(5.0), "Expected Object Type. Expected object, got int."},
		{rules([]any{}), "Expected Object Type. Expected object, got slice."},
		{rules(nil), "Null value found in list: Null values are not allowed for this attribute value. Examine values at 'name.rules[0]'."},
		{map[string]any{"bucket": strings.Repeat("a", 64), "rules": []any{}}, "expected length of bucket to be in the range (0 - 63), got aaa"},
		{map[string]any{"bucket": "images", "rules": map[string]any{"id": "alone"}}, ""},
		{rules(rpc.Unknown{}), ""},
		{rule("expiration", rpc.Unknown{}), ""},
		{rule("filter", nil), ""},
	} {
		reasons := strings.Join(c.Check(test.inputs), "\n")
		if !strings.Contains(reasons, test.reason) || test.reason == "" && reasons != "" {
			t.Errorf("%v: expected %q, got %q", test.inputs, test.reason, reasons)
		}
	}
}
