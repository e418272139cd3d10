package minio

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	awspolicy "github.com/hashicorp/awspolicyequivalence"

	"edge-registry/local/plugins/table"
)

func (p *plugin) bucketPolicy() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			{Name: "id", Output: true, Stable: true},
			{Name: "bucket", Required: true, Replace: table.Always},
			{Name: "policy", Required: true, Valid: []table.Rule{policyJSON}},
		},
		Plan:   keepEquivalentPolicy,
		Create: p.putPolicy,
		Update: func(ctx context.Context, _, state table.Values) error { return p.putPolicy(ctx, state) },
		Read:   p.readPolicy,
		Delete: p.deletePolicy,
		Import: byID,
	}
}

func policyJSON(path string, value any, _ table.Values) (string, string) {
	text, _ := value.(string)
	if !strings.HasPrefix(text, "{") {
		return "", fmt.Sprintf("%q contains an invalid JSON policy", path)
	}
	if _, err := normalized(text); err != nil {
		return "", fmt.Sprintf("%q contains an invalid JSON: %v", path, err)
	}
	return "", ""
}

// keepEquivalentPolicy takes two texts that mean the same for the same.
func keepEquivalentPolicy(_, prior, planned table.Values) ([]string, error) {
	old, had := prior["policy"].(string)
	if !had || table.Unknown(planned["policy"]) {
		return nil, nil
	}
	if same, err := awspolicy.PoliciesAreEquivalent(old, planned.Text("policy")); err == nil && same {
		planned["policy"] = old
	}
	return nil, nil
}

func (p *plugin) putPolicy(ctx context.Context, state table.Values) error {
	name := state.Text("bucket")
	policy, err := normalized(state.Text("policy"))
	if err == nil {
		err = p.Load().SetBucketPolicy(ctx, name, policy)
	}
	if err != nil {
		return fatal("error putting bucket policy: %s", policy, err)
	}
	state["id"] = name
	return nil
}

func (p *plugin) readPolicy(ctx context.Context, state table.Values) (bool, error) {
	name := state.Text("id")
	actual, err := p.Load().GetBucketPolicy(ctx, name)
	if err != nil {
		return false, fatal("failed to load bucket policy", name, err)
	}
	if same, err := awspolicy.PoliciesAreEquivalent(state.Text("policy"), actual); err == nil && same && actual != "" {
		actual = state.Text("policy")
	}
	policy, err := normalized(actual)
	if err != nil {
		return false, fatal("policy is invalid JSON", actual, err)
	}
	state["bucket"], state["policy"] = name, policy
	return true, nil
}

func (p *plugin) deletePolicy(ctx context.Context, state table.Values) error {
	name := state.Text("bucket")
	return unlessNil("error deleting bucket", name, p.Load().SetBucketPolicy(ctx, name, ""))
}

// normalized is the text without spaces and with sorted keys.
func normalized(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return text, err
	}
	compact, err := json.Marshal(value)
	return string(compact), err
}
