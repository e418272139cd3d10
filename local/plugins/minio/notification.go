package minio

import (
	"context"
	"fmt"

	"github.com/minio/minio-go/v7/pkg/notification"

	"edge-registry/local/plugins/table"
)

func (p *plugin) bucketNotification() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			{Name: "id", Output: true, Stable: true},
			{Name: "bucket", Required: true, Replace: table.Always},
			{Name: "queues", Wire: "queue", Kind: table.Objects, Fields: []table.Field{
				{Name: "events", Kind: table.Set, Required: true},
				{Name: "filterPrefix"},
				{Name: "filterSuffix"},
				{Name: "id", Computed: true},
				{Name: "queueArn", Required: true, Valid: []table.Rule{arn}},
			}},
		},
		Create: p.putNotification,
		Update: func(ctx context.Context, _, state table.Values) error { return p.putNotification(ctx, state) },
		Read:   p.readNotification,
		Delete: p.deleteNotification,
		Import: byID,
	}
}

func arn(_ string, value any, _ table.Values) (string, string) {
	text, _ := value.(string)
	if _, err := notification.NewArnFromString(text); err != nil {
		return "", fmt.Sprintf("value: %s is not a valid ARN", text)
	}
	return "", ""
}

func queueOf(given table.Values) (notification.Config, error) {
	target, err := notification.NewArnFromString(given.Text("queueArn"))
	queue := notification.NewConfig(target)
	if queue.ID = given.Text("id"); queue.ID == "" {
		queue.ID = uniqueName("tf-s3-queue-")
	}
	for _, event := range given.Strings("events") {
		queue.AddEvents(notification.EventType(event))
	}
	if prefix := given.Text("filterPrefix"); prefix != "" {
		queue.AddFilterPrefix(prefix)
	}
	if suffix := given.Text("filterSuffix"); suffix != "" {
		queue.AddFilterSuffix(suffix)
	}
	return queue, err
}

func queueValues(queue notification.QueueConfig) map[string]any {
	events := []any{}
	for _, event := range queue.Events {
		events = append(events, string(event))
	}
	filters := map[string]string{}
	if queue.Filter != nil {
		for _, rule := range queue.Filter.S3Key.FilterRules {
			filters[rule.Name] = rule.Value
		}
	}
	return map[string]any{
		"id": queue.ID, "events": events, "queueArn": queue.Queue,
		"filterPrefix": filters["prefix"], "filterSuffix": filters["suffix"],
	}
}

// putNotification leaves it to a refresh to learn what a queue without an id is called, like the published plugin: until
// then each change calls it anew.
func (p *plugin) putNotification(ctx context.Context, state table.Values) error {
	name, wanted := state.Text("bucket"), notification.Configuration{}
	for _, given := range state.Objects("queues") {
		queue, err := queueOf(given)
		if err != nil {
			return fatal("error putting bucket notification configuration: %v", state.Text("id"), err)
		}
		wanted.AddQueue(queue)
		for _, absent := range []string{"id", "filterPrefix", "filterSuffix"} {
			given[absent] = given.Text(absent)
		}
	}
	if err := p.Load().SetBucketNotification(ctx, name, wanted); err != nil {
		return fatal("error putting bucket notification configuration: %v", state.Text("id"), err)
	}
	state["id"] = name
	return nil
}

func (p *plugin) readNotification(ctx context.Context, state table.Values) (bool, error) {
	name := state.Text("id")
	actual, err := p.Load().GetBucketNotification(ctx, name)
	if err != nil {
		return false, fatal("failed to load bucket notification configuration", name, err)
	}
	queues := []any{}
	for _, queue := range actual.QueueConfigs {
		queues = append(queues, queueValues(queue))
	}
	state["bucket"], state["queues"] = name, queues
	return true, nil
}

func (p *plugin) deleteNotification(ctx context.Context, state table.Values) error {
	name := state.Text("bucket")
	err := p.Load().SetBucketNotification(ctx, name, notification.Configuration{})
	return unlessNil("error removing bucket notifications: %s", name, err)
}
