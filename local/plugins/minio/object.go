package minio

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/minio/minio-go/v7"

	"edge-registry/local/plugins/table"
)

func (p *plugin) object() *table.Resource {
	return &table.Resource{
		Fields: []table.Field{
			{Name: "id", Output: true, Stable: true},
			{Name: "bucketName", Required: true, Replace: table.Always, Valid: []table.Rule{nonZero}},
			{Name: "objectName", Required: true, Replace: table.Always, Valid: []table.Rule{nonZero}},
			{Name: "content", Conflicts: []string{"source", "contentBase64"}},
			{Name: "contentBase64", Conflicts: []string{"source", "content"}},
			{Name: "source", Conflicts: []string{"content", "contentBase64"}},
			{Name: "contentType", Computed: true, Stable: true},
			{Name: "etag", Computed: true, Stable: true},
			{Name: "versionId", Computed: true, Stable: true},
		},
		Create: p.putObject,
		Update: func(ctx context.Context, _, state table.Values) error { return p.putObject(ctx, state) },
		Read:   p.readObject,
		Delete: p.deleteObject,
	}
}

func nonZero(path string, value any, _ table.Values) (string, string) {
	if value == "" {
		return "", fmt.Sprintf("%s must not be empty, got ", path)
	}
	return "", ""
}

// putObject sends the content. Like the published plugin it reads no file: source is a setting without effect.
func (p *plugin) putObject(ctx context.Context, state table.Values) error {
	content, err := []byte(state.Text("content")), error(nil)
	if len(content) == 0 {
		content, err = base64.StdEncoding.DecodeString(state.Text("contentBase64"))
	}
	id := state.Text("id")
	if err != nil {
		return fatal("error decoding content_base64", id, err)
	}
	if state.Text("content") == "" && state.Text("contentBase64") == "" {
		return fatal("putting object failed", id, errors.New("one of source / content / content_base64 is not set"))
	}
	// Without its length, as the published plugin does: the ETag is that of a multipart upload. One part is enough, and
	// takes 16 MiB of memory instead of half a gigabyte.
	_, err = p.Load().PutObject(ctx, state.Text("bucketName"), state.Text("objectName"), bytes.NewReader(content), -1,
		minio.PutObjectOptions{ContentType: state.Text("contentType"), PartSize: 16 << 20})
	if err != nil {
		return fatal("putting object failed", id, err)
	}
	state["id"] = state["objectName"]
	_, err = p.readObject(ctx, state)
	return err
}

func (p *plugin) readObject(ctx context.Context, state table.Values) (bool, error) {
	found, err := p.Load().StatObject(ctx, state.Text("bucketName"), state.Text("objectName"), minio.StatObjectOptions{})
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return false, nil
	}
	if err != nil {
		return false, fatal("reading object failed", state.Text("id"), err)
	}
	state["etag"], state["versionId"], state["contentType"] = found.ETag, found.VersionID, found.ContentType
	return true, nil
}

func (p *plugin) deleteObject(ctx context.Context, state table.Values) error {
	err := p.Load().RemoveObject(ctx, state.Text("bucketName"), state.Text("objectName"), minio.RemoveObjectOptions{})
	return unlessNil("deleting object failed", state.Text("id"), err)
}
