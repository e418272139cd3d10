package minio

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/lifecycle"

	"edge-registry/local/plugins/table"
)

func expires(_ string, value any, _ table.Values) (string, string) {
	if text, _ := value.(string); expirationOf(text).IsNull() {
		return "", `expiration must be a duration (5d), date (1970-01-01), or "DeleteMarker"`
	}
	return "", ""
}

func someDays(_ string, value any, _ table.Values) (string, string) {
	if number, _ := value.(float64); number < 1 {
		return "", "noncurrent_version_expiration_days must be strictly positive"
	}
	return "", ""
}

const deleteMarker = "DeleteMarker"

// expirationOf reads days, a date or the word for delete markers; anything else is none.
func expirationOf(text string) lifecycle.Expiration {
	days := 0
	if text == deleteMarker {
		return lifecycle.Expiration{DeleteMarker: true}
	} else if _, err := fmt.Sscanf(text, "%dd", &days); err == nil {
		return lifecycle.Expiration{Days: lifecycle.ExpirationDays(days)}
	}
	date, _ := time.Parse(time.DateOnly, text)
	return lifecycle.Expiration{Date: lifecycle.ExpirationDate{Time: date}}
}

func expirationText(expiration lifecycle.Expiration) string {
	switch {
	case bool(expiration.DeleteMarker):
		return deleteMarker
	case !expiration.IsDaysNull():
		return fmt.Sprintf("%dd", expiration.Days)
	case !expiration.IsDateNull():
		return expiration.Date.Format(time.DateOnly)
	}
	return ""
}

func ruleOf(given table.Values) lifecycle.Rule {
	rule := lifecycle.Rule{ID: given.Text("id"), Status: minio.Enabled, Expiration: expirationOf(given.Text("expiration"))}
	rule.NoncurrentVersionExpiration.NoncurrentDays = lifecycle.ExpirationDays(given.Int("noncurrentVersionExpirationDays"))
	tags := given.Object("tags")
	if len(tags) == 0 {
		rule.RuleFilter.Prefix = given.Text("filter")
		return rule
	}
	rule.RuleFilter.And.Prefix = given.Text("filter")
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		rule.RuleFilter.And.Tags = append(rule.RuleFilter.And.Tags, lifecycle.Tag{Key: key, Value: tags.Text(key)})
	}
	return rule
}

func ruleValues(rule lifecycle.Rule) map[string]any {
	prefix, tags := rule.RuleFilter.Prefix, map[string]any{}
	if both := rule.RuleFilter.And; len(both.Tags) > 0 {
		prefix = both.Prefix
		for _, tag := range both.Tags {
			tags[tag.Key] = tag.Value
		}
	}
	return map[string]any{
		"id": rule.ID, "status": rule.Status, "expiration": expirationText(rule.Expiration), "filter": prefix, "tags": tags,
		"noncurrentVersionExpirationDays": float64(rule.NoncurrentVersionExpiration.NoncurrentDays),
	}
}
