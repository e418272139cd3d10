package minio

import (
	"regexp"
	"strings"
	"testing"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

const target = "arn:minio:sqs::PRIMARY:webhook"

func queues(queues ...any) map[string]any {
	return map[string]any{"bucket": "images", "queues": queues}
}

func queue(more map[string]any) map[string]any {
	given := map[string]any{"queueArn": target, "events": []any{"s3:ObjectRemoved:*", "s3:ObjectCreated:*"}}
	for name, value := range more {
		given[name] = value
	}
	return given
}

func TestQueuesAreSetChangedReadAndRemoved(t *testing.T) {
	fake, config := newFakeDocuments(t)
	c := client(t, "BucketNotification", config)
	id, state := c.Create(queues(queue(nil)))
	want := `[{"events":["s3:ObjectCreated:*","s3:ObjectRemoved:*"],"filterPrefix":"","filterSuffix":"","id":"","queueArn":"` + target + `"}]`
	if got := asJSON(state["queues"]); id != "images" || got != want {
		t.Errorf("expected %s for images, got %s for %s", want, got, id)
	}
	named := regexp.MustCompile(`<Id>(tf-s3-queue-\d{18}[0-9a-f]{8})</Id><Event>s3:ObjectRemoved:\*</Event>`).FindStringSubmatch(fake.kept["notification"])
	if len(named) != 2 || !strings.Contains(fake.kept["notification"], "<Queue>"+target+"</Queue>") {
		t.Fatalf("expected a queue with a name, got %s", fake.kept["notification"])
	}
	state, err := c.Refresh(state)
	if err != nil || state.Objects("queues")[0]["id"] != named[1] {
		t.Errorf("expected a refresh to learn the name, got %v, %v", state, err)
	}
	filtered := queues(queue(map[string]any{"filterPrefix": "a/", "filterSuffix": ".txt"}), queue(map[string]any{"id": "mine"}))
	state, err = c.Update(state, filtered)
	want = "<FilterRule><Name>prefix</Name><Value>a/</Value></FilterRule><FilterRule><Name>suffix</Name><Value>.txt</Value></FilterRule>"
	if sent := fake.kept["notification"]; err != nil || !strings.Contains(sent, want) || !strings.Contains(sent, named[0]) || !strings.Contains(sent, "<Id>mine</Id>") {
		t.Errorf("expected both filters, and both names, got %s, %v", sent, err)
	}
	if diff := c.Diff(state, filtered).GetDiffs(); len(diff) > 0 {
		t.Errorf("expected no difference after the update, got %v", diff)
	}
	inputs, _, err := c.Import(id)
	want = `[{"__defaults":[],"events":["s3:ObjectCreated:*","s3:ObjectRemoved:*"],"filterPrefix":"a/","filterSuffix":".txt","id":"` + named[1] + `","queueArn":"` + target + `"},` +
		`{"__defaults":[],"events":["s3:ObjectCreated:*","s3:ObjectRemoved:*"],"id":"mine","queueArn":"` + target + `"}]`
	if got := asJSON(inputs["queues"]); err != nil || got != want {
		t.Errorf("expected %s, got %s, %v", want, got, err)
	}
	if err := remove(c, id, state); err != nil || strings.Contains(fake.kept["notification"], target) {
		t.Errorf("expected no queues, got %s, %v", fake.kept["notification"], err)
	}
	if state, err := c.Refresh(state); err != nil || asJSON(state["queues"]) != "[]" {
		t.Errorf("expected a bucket without queues, got %v, %v", state, err)
	}
}

func TestABucketMayNotifyNobody(t *testing.T) {
	_, config := newFakeDocuments(t)
	c := client(t, "BucketNotification", config)
	if _, state := c.Create(map[string]any{"bucket": "images"}); asJSON(state["queues"]) != "[]" {
		t.Errorf("expected no queues, got %v", state)
	}
	for doing, want := range map[string]string{
		c.CreateError(map[string]any{"bucket": "elsewhere"}):                "[FATAL] error putting bucket notification configuration: %v (): NoSuchBucket",
		remove(c, "elsewhere", table.Values{"bucket": "elsewhere"}).Error(): "[FATAL] error removing bucket notifications: %s (elsewhere): NoSuchBucket",
	} {
		if !strings.Contains(doing, want) {
			t.Errorf("expected %q, got %q", want, doing)
		}
	}
	want := "[FATAL] failed to load bucket notification configuration (elsewhere): NoSuchBucket"
	if _, _, err := c.Import("elsewhere"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("expected %q, got %v", want, err)
	}
}

func TestDifferencesAreToldInsideTheQueues(t *testing.T) {
	c := client(t, "BucketNotification", map[string]any{"minioServer": "localhost"})
	state := queues(map[string]any{"id": "first", "queueArn": target, "events": []any{"a", "b"}, "filterPrefix": "", "filterSuffix": "x"})
	state["id"] = "images"
	for _, test := range []struct {
		queue map[string]any
		want  string
	}{
		{map[string]any{"events": []any{"b", "a"}, "filterSuffix": "x"}, "{}"},
		{map[string]any{"events": []any{"b", "a"}, "filterSuffix": "x", "id": ""}, "{}"},
		{map[string]any{"events": []any{"b", "a"}, "filterSuffix": "x", "id": "second"}, `{"queues[0].id":"UPDATE"}`},
		{map[string]any{"events": []any{"b", "c"}, "filterSuffix": "x"}, `{"queues[0].events[0]":"DELETE","queues[0].events[1]":"ADD"}`},
		{map[string]any{"events": []any{"b", "a"}, "filterPrefix": "y"}, `{"queues[0].filterPrefix":"UPDATE","queues[0].filterSuffix":"DELETE"}`},
		{map[string]any{"events": []any{"a", rpc.Unknown{}}, "filterSuffix": "x"}, `{"queues[0].events":"UPDATE"}`},
	} {
		kinds := map[string]string{}
		for path, detail := range c.Diff(state, queues(queue(test.queue))).GetDetailedDiff() {
			kinds[path] = detail.GetKind().String()
		}
		if got := asJSON(kinds); got != test.want {
			t.Errorf("%v: expected %s, got %s", test.queue, test.want, got)
		}
	}
	if diff := c.Diff(state, map[string]any{"bucket": "images"}).GetDetailedDiff(); asJSON(diff) != `{"queues":{"kind":2}}` {
		t.Errorf("expected all queues to go, got %v", diff)
	}
	previewed := c.Preview(queues(queue(map[string]any{"id": ""}))).Objects("queues")[0]
	if previewed["id"] != any(rpc.Unknown{}) || previewed.Strings("events")[0] != "s3:ObjectCreated:*" {
		t.Errorf("expected a name that nobody knows yet, and events in order, got %v", previewed)
	}
}

func TestBadQueuesAreRefused(t *testing.T) {
	c := client(t, "BucketNotification", map[string]any{"minioServer": "localhost"})
	for _, test := range []struct {
		inputs map[string]any
		reason string
	}{
		{queues(map[string]any{}), `The argument "queue.0.queue_arn" is required`},
		{queues(map[string]any{}), `The argument "queue.0.events" is required`},
		{queues(queue(map[string]any{"queueArn": "arn:minio"})), "value: arn:minio is not a valid ARN. Examine values at 'name.queues[0].queueArn'."},
		{queues(queue(map[string]any{"events": []any{nil}})), "Null value found in list: Null values are not allowed for this attribute value. Examine values at 'name.queues[0].events'."},
		{queues(queue(map[string]any{"events": []any{[]any{}}})), "Attribute must be a single value, not a list. Examine values at 'name.queues[0].events'."},
		{queues(queue(map[string]any{"events": "s3:ObjectCreated:*"})), ""},
		{map[string]any{"bucket": "images", "queues": nil}, ""},
	} {
		reasons := strings.Join(c.Check(test.inputs), "\n")
		if !strings.Contains(reasons, test.reason) || test.reason == "" && reasons != "" {
			t.Errorf("%v: expected %q, got %q", test.inputs, test.reason, reasons)
		}
	}
}
