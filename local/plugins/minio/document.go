package minio

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"

	"edge-registry/local/plugins/table"
)

// document is a policy as MinIO reads it. What lists one thing may name it without a list.
type document struct {
	Version    string           `json:",omitempty"`
	ID         string           `json:"Id,omitempty"`
	Statements []*documentClaim `json:"Statement"`
}

type documentClaim struct {
	Sid        string
	Effect     string `json:",omitempty"`
	Actions    any    `json:"Action,omitempty"`
	Resources  any    `json:"Resource,omitempty"`
	Principal  string `json:",omitempty"`
	Conditions any    `json:"Condition,omitempty"`
}

// documentArguments are what a program writes a policy with.
type documentArguments struct {
	OverrideJSON, PolicyID, SourceJSON, Version string
	Statements                                  []claimArguments
}

type claimArguments struct {
	Sid, Effect, Principal string
	Actions, Resources     []string
	Conditions             []conditionArguments
}

type conditionArguments struct {
	Test, Variable string
	Values         []string
}

// documentFields describe them to who writes a program.
var documentFields = []table.Field{
	{Name: "overrideJson"}, {Name: "policyId"}, {Name: "sourceJson"}, {Name: "version"},
	{Name: "statements", Kind: table.Objects, Fields: []table.Field{
		{Name: "actions", Kind: table.List}, {Name: "effect"}, {Name: "principal"}, {Name: "resources", Kind: table.List}, {Name: "sid"},
		{Name: "conditions", Kind: table.Objects, Fields: []table.Field{
			{Name: "test", Required: true}, {Name: "values", Kind: table.List, Required: true}, {Name: "variable", Required: true},
		}},
	}},
}

// policyDocument makes the text of a policy.
func policyDocument(given table.Values) (table.Values, error) {
	var arguments documentArguments
	text, err := json.Marshal(given)
	if err == nil {
		err = json.Unmarshal(text, &arguments)
	}
	if err != nil {
		return nil, err
	}
	if arguments.Version == "" {
		arguments.Version = "2012-10-17"
	}
	if err := arguments.check(); err != nil {
		return nil, err
	}
	policy, err := arguments.document()
	if err != nil {
		return nil, err
	}
	indented, err := json.MarshalIndent(policy, "", "  ")
	if err != nil {
		return nil, err
	}
	result := table.Values{
		"id": strconv.Itoa(int(crc32.ChecksumIEEE(indented))), "json": string(indented), "version": arguments.Version,
	}
	for _, name := range []string{"overrideJson", "policyId", "sourceJson", "statements"} {
		result[name] = given[name]
	}
	return result, nil
}

func (a *documentArguments) check() error {
	oneOf := func(path, value string, allowed ...string) error {
		if fault := notAmong(path, value, allowed); fault != "" {
			return table.Refused{"": fault}
		}
		return nil
	}
	if err := oneOf("version", a.Version, "2008-10-17", "2012-10-17"); err != nil {
		return err
	}
	for i := range a.Statements {
		claim := &a.Statements[i]
		if claim.Effect == "" {
			claim.Effect = "Allow"
		}
		if err := oneOf(fmt.Sprintf("statement.%d.effect", i), claim.Effect, "Allow", "Deny"); err != nil {
			return err
		}
		if claim.Principal != "" {
			if err := oneOf(fmt.Sprintf("statement.%d.principal", i), claim.Principal, "*"); err != nil {
				return err
			}
		}
	}
	return nil
}

// document is what the source says, then the arguments, then the override; a statement takes the place of an earlier
// one of its name.
func (a *documentArguments) document() (*document, error) {
	policy, own := &document{}, &document{Version: a.Version, ID: a.PolicyID}
	if a.SourceJSON != "" {
		if err := json.Unmarshal([]byte(a.SourceJSON), policy); err != nil {
			return nil, err
		}
	}
	named := map[string]bool{}
	for _, given := range a.Statements {
		if given.Sid != "" && named[given.Sid] {
			return nil, fmt.Errorf("found duplicate sid (%s), either remove the sid or ensure the sid is unique across all statements", given.Sid)
		}
		named[given.Sid] = true
		claim, err := given.claim(a.Version)
		if err != nil {
			return nil, err
		}
		own.Statements = append(own.Statements, claim)
	}
	policy.merge(own)
	if a.OverrideJSON != "" {
		override := &document{}
		if err := json.Unmarshal([]byte(a.OverrideJSON), override); err != nil {
			return nil, err
		}
		policy.merge(override)
	}
	return policy, nil
}

func (d *document) merge(other *document) {
	if other.ID != "" {
		d.ID = other.ID
	}
	d.Version = max(d.Version, other.Version)
	for _, claim := range other.Statements {
		i := slices.IndexFunc(d.Statements, func(old *documentClaim) bool { return claim.Sid != "" && old.Sid == claim.Sid })
		if i < 0 {
			d.Statements = append(d.Statements, claim)
		} else {
			d.Statements[i] = claim
		}
	}
}
