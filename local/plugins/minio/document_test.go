package minio

import (
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

func compose(t *testing.T, arguments map[string]any) (table.Values, string) {
	t.Helper()
	response, err := New(&rpc.Engine{}).Invoke(t.Context(), &pulumirpc.InvokeRequest{
		Tok: "minio:index/getIamPolicyDocument:getIamPolicyDocument", Args: rpc.Encode(arguments),
	})
	if err != nil {
		return nil, err.Error()
	}
	if failures := response.GetFailures(); len(failures) > 0 {
		return nil, failures[0].GetReason()
	}
	return rpc.Decode(response.GetReturn()), ""
}

func TestPolicyDocument(t *testing.T) {
	result, reason := compose(t, map[string]any{
		"sourceJson": `{"Version":"2008-10-17","Id":"a","Statement":[{"Sid":"one","Effect":"Deny","Action":"s3:*"}]}`,
		"statements": []any{
			map[string]any{"sid": "one", "actions": []any{"s3:GetObject", "s3:PutObject", "s3:GetObject"}, "resources": []any{"arn:aws:s3:::a/&{aws:username}/*"}},
			map[string]any{"effect": "Deny", "principal": "*", "actions": []any{"s3:ListBucket"}, "conditions": []any{
				map[string]any{"test": "StringLike", "variable": "s3:prefix", "values": []any{"home/", ""}},
			}},
		},
		"overrideJson": `{"Statement":[{"Sid":"more","Effect":"Allow","Action":["s3:DeleteObject"]}]}`,
	})
	want := `{
  "Version": "2012-10-17",
  "Id": "a",
  "Statement": [
    {
      "Sid": "one",
      "Effect": "Allow",
      "Action": [
        "s3:PutObject",
        "s3:GetObject"
      ],
      "Resource": "arn:aws:s3:::a/${aws:username}/*"
    },
    {
      "Sid": "",
      "Effect": "Deny",
      "Action": "s3:ListBucket",
      "Principal": "*",
      "Condition": {
        "StringLike": {
          "s3:prefix": [
            "",
            "home/"
          ]
        }
      }
    },
    {
      "Sid": "more",
      "Effect": "Allow",
      "Action": [
        "s3:DeleteObject"
      ]
    }
  ]
}`
	if reason != "" || result.Text("json") != want || result.Text("version") != "2012-10-17" || result.Text("id") != checksum(want) {
		t.Errorf("expected %s, got %s (%v, %s)", want, result.Text("json"), result, reason)
	}
	if result, _ := compose(t, nil); result.Text("json") != "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": null\n}" {
		t.Errorf("expected an empty policy, got %s", result.Text("json"))
	}
}

func TestBadPolicyDocumentsAreRefused(t *testing.T) {
	statement := func(fields map[string]any) map[string]any { return map[string]any{"statements": []any{fields, fields}} }
	for want, arguments := range map[string]map[string]any{
		`expected version to be one of ["2008-10-17" "2012-10-17"], got 1`:        {"version": "1"},
		`expected statement.0.effect to be one of ["Allow" "Deny"], got allow`:    statement(map[string]any{"effect": "allow"}),
		"1 error occurred:\n\t* found duplicate sid (a), either remove the sid":   statement(map[string]any{"sid": "a"}),
		"invoking minio:index/getIamPolicyDocument:getIamPolicyDocument: 1 error": {"sourceJson": "{"},
	} {
		if _, reason := compose(t, arguments); !strings.Contains(reason, want) {
			t.Errorf("%v: expected %q, got %q", arguments, want, reason)
		}
	}
}
