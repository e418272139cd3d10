package minio

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

const suffixLength = 26

var named atomic.Uint32

// uniqueName ends in the time and a count.
func uniqueName(prefix string) string {
	now := time.Now().UTC()
	return fmt.Sprintf("%s%s%04d%08x", prefix, now.Format("20060102150405"), now.Nanosecond()/100000, named.Add(1))
}

// givenOrUnique is the name that is given, else one that starts with the prefix.
func givenOrUnique(state table.Values, name, prefix string) string {
	if given := state.Text(name); given != "" {
		return given
	}
	if start := state.Text(prefix); start != "" {
		return uniqueName(start)
	}
	return uniqueName("terraform-")
}

// emptyIsNone plans an empty text of what the plugin computes as if nothing were given.
func emptyIsNone(field string) func(inputs, prior, planned table.Values) ([]string, error) {
	return func(_, prior, planned table.Values) ([]string, error) {
		if planned[field] == "" {
			planned[field] = rpc.Unknown{}
			if prior != nil {
				planned[field] = prior[field]
			}
		}
		return nil, nil
	}
}

var (
	policyNamePattern = regexp.MustCompile(`^[\w+=,.@:-]*$`)
	plainNamePattern  = regexp.MustCompile(`^[-0-9A-Za-z=,.@_+]+$`)
	ldapUserPattern   = regexp.MustCompile(`^(CN=[^,]*,)+(((CN|OU)=[^,]+,?)+,)+(DC=[^,]+,?)+$`)
	ldapGroupPattern  = regexp.MustCompile(`^(((CN|OU)=[^,]+,?)+,)+(DC=[^,]+,?)+$`)
)

// policyName are the rules of a policy's name, and of the groups' that users are attached to.
var policyName = []table.Rule{
	noLongerThan(128, ""),
	noLongerThan(96, ", name is limited to 128"),
	func(path string, value any, _ table.Values) (string, string) {
		if text, _ := value.(string); policyNamePattern.MatchString(text) {
			return "", ""
		}
		return "", fmt.Sprintf(`%q must match [\w+=,.@:-]`, path)
	},
}

var (
	userName  = []table.Rule{plainOr(ldapUserPattern)}
	groupName = []table.Rule{plainOr(ldapGroupPattern)}
)

func noLongerThan(limit int, because string) table.Rule {
	return func(path string, value any, _ table.Values) (string, string) {
		if text, _ := value.(string); len(text) <= limit {
			return "", ""
		}
		return "", fmt.Sprintf("%q cannot be longer than %d characters%s", path, limit, because)
	}
}

func plainOr(ldap *regexp.Regexp) table.Rule {
	return func(path string, value any, _ table.Values) (string, string) {
		text, _ := value.(string)
		if plainNamePattern.MatchString(text) || ldap.MatchString(text) {
			return "", ""
		}
		return "", fmt.Sprintf("only alphanumeric characters, hyphens, underscores, commas, periods, @ symbols, plus and equals signs "+
			"allowed or a valid LDAP Distinguished Name (DN) in %q: %q", path, text)
	}
}

// oneOf allows the named texts.
func oneOf(allowed ...string) table.Rule {
	return func(path string, value any, _ table.Values) (string, string) {
		return "", notAmong(path, value, allowed)
	}
}

// notAmong says that a value is none of the texts, or nothing.
func notAmong(path string, value any, allowed []string) string {
	if text, is := value.(string); is && slices.Contains(allowed, text) {
		return ""
	}
	return fmt.Sprintf("expected %s to be one of %q, got %v", path, allowed, value)
}

// pair splits an id to import.
func pair(id, expected string) (first, second string, err error) {
	first, second, _ = strings.Cut(id, "/")
	if first == "" || second == "" {
		return "", "", fmt.Errorf("unexpected format of ID (%q), expected %s", id, expected)
	}
	return first, second, nil
}
